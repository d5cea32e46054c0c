import { z } from "zod";
import { ApprovalGate } from "#core/contract/gate.ts";
import { JsonObject, JsonValue } from "#core/contract/json.ts";

/** A gate with exactly what is approved. */
export const GateDetail = z.object({ gate: ApprovalGate, shown: JsonObject });
export type GateDetail = z.infer<typeof GateDetail>;

/** A decision counts only for the input that the person was shown: its hash must come back. */
export const DecideGate = z.strictObject({
  decision: z.enum(["approved", "rejected", "edited"]),
  inputHash: z.string().regex(/^[0-9a-f]{64}$/),
  comment: z.string().max(4000).optional(),
  input: JsonValue.optional().describe("the new arguments, for `edited`"),
});
export type DecideGate = z.infer<typeof DecideGate>;

export const GateRow = z.object({
  gateId: z.string(),
  runId: z.string(),
  state: z.enum(["open", "resolved", "expired", "withdrawn"]),
  kind: z.string(),
  subject: z.string(),
  reason: z.string(),
  inputHash: z.string(),
  role: z.string(),
  openedAt: z.string(),
  expiresAt: z.string().nullable(),
  decision: z.string().nullable(),
  resolvedBy: z.string().nullable(),
  resolvedAt: z.string().nullable(),
});
export type GateRow = z.infer<typeof GateRow>;
