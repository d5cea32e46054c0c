import { z } from "zod";

const digest = z.string().regex(/^[0-9a-f]{64}$/);

/**
 * Everything a drift report was made from, kept inside it: the same request over the same stored artifacts gives the
 * same report, whatever a deployment's settings have become since.
 */
export type DriftRequest = z.infer<typeof DriftRequest>;
export const DriftRequest = z.strictObject({
  baseline: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("rows"), reference: digest, model: digest.nullable() }),
    z.strictObject({ kind: z.literal("profile"), profile: digest }),
  ]),
  current: digest,
  target: z.string(),
  timeColumn: z.string().nullable(),
  limit: z.number(),
  alpha: z.number(),
  /** Windows in a row that a verdict must hold before the state changes. */
  holdFor: z.number().int(),
  /** Windows and baselines with fewer rows carry no change of state. */
  minimumRows: z.number().int(),
  isMultivariate: z.boolean(),
  seed: z.number(),
});
