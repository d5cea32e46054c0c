import { z } from "zod";

/**
 * The facts that the results page draws, as far as it needs them. Facts of other shapes are not an error: what is
 * not understood is shown as plain JSON.
 */
const number = z.number();
const text = z.string();

export const DataFact = z.object({
  name: text,
  rows: number,
  columns: number,
  target: text,
  problemType: text,
  positiveClass: text.optional(),
  classes: z.array(text).optional(),
});
export type DataFact = z.infer<typeof DataFact>;

export const ProfileFact = z.object({
  missingCells: number,
  missingShare: number,
  duplicateRows: number,
  warnings: z.array(text),
});
export type ProfileFact = z.infer<typeof ProfileFact>;

export const ValidationFact = z.object({
  ok: z.boolean(),
  errors: number,
  warnings: number,
  failed: z.array(text),
  leakage: z.array(text),
});
export type ValidationFact = z.infer<typeof ValidationFact>;

export const SplitFact = z.object({
  method: text,
  rows: z.object({ train: number, validation: number, test: number }),
});
export type SplitFact = z.infer<typeof SplitFact>;

export const ModelFact = z.object({
  artifact: text,
  algorithm: text,
  problemType: text,
  features: number,
  trainRows: number,
  mitigation: text,
  validation: z.object({ metric: text, value: number }),
});
export type ModelFact = z.infer<typeof ModelFact>;

export const MetricsFact = z.object({
  artifact: text,
  model: text,
  rows: number,
  primary: text,
  values: z.record(text, number),
});
export type MetricsFact = z.infer<typeof MetricsFact>;

export const FairnessFact = z.object({
  artifact: text,
  passed: z.boolean(),
  limit: number,
  audited: z.boolean(),
  worst: z.object({ attribute: text, metric: text, value: number }).optional(),
  attributes: z.record(text, z.record(text, number)),
});
export type FairnessFact = z.infer<typeof FairnessFact>;

export const DriftFact = z.object({
  artifact: text,
  passed: z.boolean(),
  verdict: text,
  limit: number,
  maxPsi: number,
  column: text.nullable(),
  driftedColumns: z.array(text),
  columns: number,
});
export type DriftFact = z.infer<typeof DriftFact>;

export const ExplanationFact = z.object({
  artifact: text,
  method: text,
  additive: z.boolean(),
  top: z.array(z.object({ feature: text, importance: number })),
});
export type ExplanationFact = z.infer<typeof ExplanationFact>;

/** Every fact that has a drawing of its own, by its well-known name. */
export const drawnFacts = {
  data: DataFact,
  profile: ProfileFact,
  validation: ValidationFact,
  split: SplitFact,
  model: ModelFact,
  metrics: MetricsFact,
  fairness: FairnessFact,
  drift: DriftFact,
  explanation: ExplanationFact,
} as const;
export type DrawnFacts = { [Name in keyof typeof drawnFacts]?: z.infer<(typeof drawnFacts)[Name]> };

/** Reads each known fact that has the expected shape; the others are left out. */
export function readDrawnFacts(facts: Readonly<Record<string, unknown>>): DrawnFacts {
  const read: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(drawnFacts)) {
    const parsed = schema.safeParse(facts[name]);
    if (parsed.success) read[name] = parsed.data;
  }
  return read;
}

/** All earlier values of one fact, oldest first, unreadable ones left out. */
export function readFactHistory<Schema extends z.ZodType>(
  schema: Schema,
  values: readonly unknown[] | undefined,
): z.output<Schema>[] {
  return (values ?? []).flatMap((value) => {
    const parsed = schema.safeParse(value);
    return parsed.success ? [parsed.data] : [];
  });
}
