import { z } from "zod";
import type { ToolContext } from "#core/contract/tool-definition.ts";
import { ProblemType } from "../facts.ts";
import type { AlgorithmEntry } from "./algorithm-catalogue.ts";

/** A catalogue entry as tools answer with it. */
export const AlgorithmOutput = z.strictObject({
  name: z.string(),
  title: z.string(),
  family: z.string(),
  source: z.enum(["embedded", "python"]),
  installed: z.boolean().describe("can be trained here and now"),
  problems: z.array(ProblemType),
  minimalRows: z.number(),
  maximalRows: z.number().nullable(),
  interpretability: z.enum(["high", "medium", "low"]),
  speed: z.enum(["fast", "medium", "slow"]),
  missing: z.boolean().describe("takes missing values as they are"),
  monotone: z.boolean(),
  strengths: z.string(),
  weaknesses: z.string(),
  start: z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()])),
});

/** Names that the training backends of this process have at the moment. */
export async function installedAlgorithms(context: ToolContext): Promise<Set<string>> {
  const described = await Promise.all(
    context.backends.map((backend) => backend.describe({ signal: context.signal })),
  );
  return new Set(described.flatMap((one) => (one.ok ? one.value.algorithms.map(({ name }) => name) : [])));
}

export const asOutput = (
  entry: AlgorithmEntry,
  installed: ReadonlySet<string>,
): z.input<typeof AlgorithmOutput> => ({
  ...entry,
  problems: [...entry.problems],
  start: { ...entry.start },
  installed: installed.has(entry.name),
});
