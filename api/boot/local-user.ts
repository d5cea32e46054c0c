import { userInfo } from "node:os";
import type { Actor } from "#core/contract/actor.ts";

/** The person whose machine this is: an operator of their own home. */
export function localUser(): Actor {
  return { kind: "user", id: userName(), role: "operator" };
}

/** Containers may run under a number that no user of the system has. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid-${process.getuid?.() ?? "unknown"}`;
  }
}
