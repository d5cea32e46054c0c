import { z } from "zod";
import { HookPoint } from "./hook.ts";

export const GuardrailCategory = z.enum([
  "network",
  "execution",
  "input_safety",
  "output_safety",
  "platform_integrity",
  "audit",
]);

/** guardrail.yaml: what a guardrail is. Its configuration schema lives in its enforce.ts. */
export const GuardrailManifest = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]*$/),
  code: z.string().regex(/^G\d{1,2}$/),
  category: GuardrailCategory,
  description: z.string().min(1),
  points: z.array(HookPoint).min(1),
  priority: z.number().int().min(0).max(1000),
  /** When the check itself fails, the call is denied. */
  invariant: z.boolean(),
});
export type GuardrailManifest = z.infer<typeof GuardrailManifest>;
