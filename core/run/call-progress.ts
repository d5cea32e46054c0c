import type { Actor } from "#core/contract/actor.ts";
import type { CallState } from "#core/events/run-state.ts";
import { agentActor, systemActor } from "./run-session.ts";

/** `waiting`: nothing can go on before a person decides; the state says at which gate. */
export type CallProgress = "ended" | "waiting";

/** In whose name a call is recorded. */
export const actorOfCall = (call: CallState): Actor =>
  call.agent === undefined ? systemActor("tools-call") : agentActor(call.agent);
