import { z } from "zod";

/** Whether the server can take work: every part that work needs, and why one cannot be used. */
export const Readiness = z.object({
  status: z.enum(["ready", "not-ready"]),
  checks: z.array(z.object({ part: z.string(), ok: z.boolean(), detail: z.string() })),
});
export type Readiness = z.infer<typeof Readiness>;

/** Whether the process answers at all; asks nothing of its parts, so that a slow disk is no reason to kill it. */
export const Liveness = z.object({ status: z.literal("alive"), pid: z.number().int() });
export type Liveness = z.infer<typeof Liveness>;
