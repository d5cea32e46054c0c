import { z } from "zod";

/** The version of the conversation with the worker; both sides must state the same. */
export const PROTOCOL = 1;

const Algorithm = z.strictObject({
  name: z.string(),
  problems: z.array(z.enum(["binary", "multiclass", "regression"])),
  preparation: z.enum(["trees", "linear"]),
  parameters: z.array(z.string()),
  earlyStopping: z.string().nullable(),
});

const Parameter = z.union([z.number(), z.string(), z.boolean(), z.null()]);

/** The worker's first line: which version it speaks and what it has, or which library it lacks. */
export const Hello = z.union([
  z.strictObject({
    event: z.literal("hello"),
    protocol: z.number(),
    versions: z.record(z.string(), z.string()),
    algorithms: z.array(Algorithm),
  }),
  z.strictObject({ event: z.literal("hello"), protocol: z.number(), missing: z.string() }),
]);
export type Hello = z.infer<typeof Hello>;

export const Done = z.strictObject({
  event: z.literal("done"),
  id: z.number(),
  parameters: z.record(z.string(), Parameter),
  history: z.array(
    z.strictObject({
      round: z.number(),
      metric: z.string(),
      training: z.number().nullable(),
      validation: z.number().nullable(),
    }),
  ),
  notes: z.array(z.string()),
  native: z.strictObject({ name: z.string().regex(/^[a-z]+\.[a-z]+$/), mediaType: z.string() }).nullable(),
  check: z.strictObject({
    rows: z.enum(["training", "validation"]),
    rowCount: z.number().int(),
    outputs: z.number().int(),
    tolerance: z.number(),
  }),
});
export type Done = z.infer<typeof Done>;

/** Every later line of the worker. */
export const WorkerMessage = z.discriminatedUnion("event", [
  z.strictObject({ event: z.literal("alive"), fits: z.record(z.string(), z.number()) }),
  z.strictObject({
    event: z.literal("progress"),
    id: z.number(),
    done: z.number(),
    total: z.number(),
    metric: z.strictObject({ name: z.string(), value: z.number() }).nullable(),
  }),
  z.strictObject({
    event: z.literal("failed"),
    id: z.number(),
    code: z.enum(["invalid-input", "limit-exceeded", "tool-failed"]),
    message: z.string(),
  }),
  z.strictObject({ event: z.literal("died"), id: z.number(), signal: z.string() }),
  z.strictObject({ event: z.literal("cancelled"), id: z.number() }),
  Done,
]);
export type WorkerMessage = z.infer<typeof WorkerMessage>;
