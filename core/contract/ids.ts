import { z } from "zod";

/** Ids are prefixed so that a reader of a log line knows the noun; the rest sorts by time of creation. */
const idPattern = (prefix: string) => new RegExp(`^${prefix}_[0-9A-Za-z]{6,40}$`);

export const RunId = z.string().regex(idPattern("run"), "a run id looks like run_01J…").brand<"RunId">();
export type RunId = z.infer<typeof RunId>;

export const GateId = z.string().regex(idPattern("gate"), "a gate id looks like gate_01J…").brand<"GateId">();
export type GateId = z.infer<typeof GateId>;

/** One life of an agent inside a run: the same agent delegated to twice has two invocations. */
export const InvocationId = z.string().regex(idPattern("inv")).brand<"InvocationId">();
export type InvocationId = z.infer<typeof InvocationId>;

/** One tool call through the door. Ids given by a model are kept beside it, never used as ours. */
export const CallId = z.string().regex(idPattern("call")).brand<"CallId">();
export type CallId = z.infer<typeof CallId>;

export const Sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/, "64 lowercase hex digits")
  .brand<"Sha256">();
export type Sha256 = z.infer<typeof Sha256>;

/** The prefixes in use; each is the first part of one branded id above. */
export type IdPrefix = "run" | "gate" | "inv" | "call";
