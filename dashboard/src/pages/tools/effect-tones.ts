import type { ToolView } from "#api/contract/shelf.ts";
import type { Tone } from "../../components/badge.tsx";

/** How a tool's effect is coloured: what leaves the machine stands out most. */
export const effectTones: Record<ToolView["effect"], Tone> = {
  none: "plain",
  read: "plain",
  write: "busy",
  external: "ask",
};
