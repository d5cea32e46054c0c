import { z } from "zod";
import { Sha256 } from "./ids.ts";
import { RunLimits } from "./workflow.ts";

/** Where a run's data came from: always bytes that were copied in before the run began. */
export const DataReference = z.strictObject({
  sha256: Sha256,
  name: z.string().min(1).max(255),
  bytes: z.number().int().nonnegative(),
});

/** What an operator asked for, complete and frozen: a resumed run needs nothing else. */
export const RunRequest = z.strictObject({
  problem: z.string().min(1).max(20_000),
  data: DataReference,
  target: z.string().min(1),
  protected: z.array(z.string().min(1)).max(20),
  timeColumn: z.string().min(1).optional(),
  workflow: z.string(),
  /** `ask` opens gates for people; `auto` lets the system approve them, and says so on the record. */
  approve: z.enum(["ask", "auto"]),
  seed: z
    .number()
    .int()
    .nonnegative()
    .max(2 ** 31 - 1),
  /** Forces one provider or one model on every agent. */
  provider: z.string().optional(),
  model: z.string().optional(),
  limits: RunLimits,
  /**
   * SOURCE_DATE_EPOCH: the time that documents show for everything later than it, so that two runs of one request
   * give the same bytes. Without, documents show real times.
   */
  documentTime: z.iso.datetime({ precision: 3 }).optional(),
});
export type RunRequest = z.infer<typeof RunRequest>;
