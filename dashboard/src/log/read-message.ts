import type { AssistantPart } from "#core/contract/message.ts";
import type { JsonValue } from "#core/contract/json.ts";

/** What an agent was told at its start. */
export interface Brief {
  system: string;
  task: string;
}

/** Reads the content of agent.started; undefined when it is something else. */
export function readBrief(json: JsonValue): Brief | undefined {
  const brief = objectOf(json);
  const { system, task } = brief ?? {};
  return typeof system === "string" && typeof task === "string" ? { system, task } : undefined;
}

/** Reads the parts of an answer, the content of turn.finished; parts of unknown kinds are left out. */
export function readAnswer(json: JsonValue): AssistantPart[] {
  const content = objectOf(json)?.["content"];
  if (!Array.isArray(content)) return [];
  return content.flatMap((item): AssistantPart[] => {
    const part = objectOf(item);
    const { type, text, id, name, input, malformed } = part ?? {};
    if ((type === "text" || type === "thinking") && typeof text === "string") return [{ type, text }];
    if (type === "tool-call" && typeof id === "string" && typeof name === "string") {
      const call = { type, id, name, input: input ?? null } as const;
      return [typeof malformed === "string" ? { ...call, malformed } : call];
    }
    return [];
  });
}

/** A member that is a text, or the empty text. */
export function textMember(json: JsonValue, name: string): string {
  const member = objectOf(json)?.[name];
  return typeof member === "string" ? member : "";
}

export const objectOf = (json: JsonValue | undefined): { [key: string]: JsonValue } | undefined =>
  typeof json === "object" && json !== null && !Array.isArray(json) ? json : undefined;
