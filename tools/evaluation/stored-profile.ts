import { z } from "zod";
import { FailureError, failure } from "#core/contract/failure.ts";
import type { ToolContext } from "#core/contract/tool-definition.ts";
import { PROFILE_FORMAT, PROFILE_VERSION } from "#lib/ml/index.ts";

const counts = z.array(z.number().nonnegative());
const name = z.string().min(1);
const rows = z.number().int().nonnegative();

const NumericColumn = z.strictObject({
  kind: z.literal("numeric"),
  name,
  count: rows,
  missing: rows,
  infinite: rows,
  mean: z.number(),
  squares: z.number().nonnegative(),
  min: z.number(),
  max: z.number(),
  edges: z.array(z.number()),
  cuts: z.array(z.number()),
  equal: counts,
  between: counts,
  offsets: counts,
});

const CategoricalColumn = z.strictObject({
  kind: z.literal("categorical"),
  name,
  count: rows,
  missing: rows,
  categories: z.array(z.string()),
  counts,
  other: rows,
});

const PresenceColumn = z.strictObject({ kind: z.enum(["date", "text"]), name, count: rows, missing: rows });

/** What build_reference_profile keeps: the profile, and what it is of. */
export type StoredProfile = z.infer<typeof StoredProfile>;
export const StoredProfile = z.strictObject({
  dataset: z.string(),
  /** The model whose outputs are among the columns. */
  model: z.string().nullable(),
  target: z.string().nullable(),
  /** Columns that are judged; the others are only looked at for their presence and kind. */
  compared: z.array(name),
  outputs: z.array(name),
  profile: z.strictObject({
    format: z.literal(PROFILE_FORMAT),
    version: z.literal(PROFILE_VERSION),
    rowCount: rows,
    fingerprint: z.string(),
    resolution: z.number().int().positive(),
    columns: z.array(z.discriminatedUnion("kind", [NumericColumn, CategoricalColumn, PresenceColumn])),
  }),
});

/** @throws FailureError invalid-input when the artifact is no profile. */
export async function loadProfile(context: ToolContext, sha256: string): Promise<StoredProfile> {
  const parsed = StoredProfile.safeParse(await readJsonOf(context, sha256));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new FailureError(
    failure(
      "invalid-input",
      `the artifact is no reference profile (at ${issue?.path.join(".") || "its top"}: ${issue?.message}); give the digest that build_reference_profile returned`,
    ),
  );
}

/** Null for what is no JSON, such as a table. */
async function readJsonOf(context: ToolContext, sha256: string): Promise<unknown> {
  const bytes = await context.artifacts.read(sha256);
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
