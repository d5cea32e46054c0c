import { z } from "zod";

export const Role = z.enum(["viewer", "operator", "reviewer", "admin"]);
export type Role = z.infer<typeof Role>;

/** Who did it. `system` is Swarm itself (recovery, sweeps, automatic approval), named by the part that acted. */
export const Actor = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("user"), id: z.string().min(1).max(200), role: Role }),
  z.strictObject({ kind: z.literal("agent"), id: z.string().min(1).max(200) }),
  z.strictObject({ kind: z.literal("plugin"), id: z.string().min(1).max(200) }),
  z.strictObject({ kind: z.literal("system"), id: z.string().min(1).max(200) }),
]);
export type Actor = z.infer<typeof Actor>;
