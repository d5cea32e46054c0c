import type { JsonObject, JsonValue } from "#core/contract/json.ts";
import type { RunEvent } from "#core/events/run-event.ts";

/** What happens between two events, as far as this page has seen it; gone as soon as the event comes. */
export interface LiveReading {
  /** Text of the answer that is being written, by invocation. */
  answers: ReadonlyMap<string, LiveAnswer>;
  /** The newest progress report, by call. */
  progress: ReadonlyMap<string, LiveProgress>;
}

export interface LiveAnswer {
  turn: number;
  text: string;
  thinking: string;
}

export interface LiveProgress {
  message: string;
  fraction: number | undefined;
}

export const emptyLive: LiveReading = { answers: new Map(), progress: new Map() };

/** Takes one update of the live channel in; one that is not understood changes nothing. */
export function withUpdate(live: LiveReading, update: JsonObject): LiveReading {
  switch (update["kind"]) {
    case "text-delta":
    case "thinking-delta": {
      const { invocationId, turn, text } = update;
      if (typeof invocationId !== "string" || typeof turn !== "number" || typeof text !== "string")
        return live;
      const before = live.answers.get(invocationId);
      const same = before?.turn === turn ? before : { turn, text: "", thinking: "" };
      const next =
        update["kind"] === "text-delta"
          ? { ...same, text: same.text + text }
          : { ...same, thinking: same.thinking + text };
      return { ...live, answers: new Map(live.answers).set(invocationId, next) };
    }
    case "tool-progress": {
      const { callId } = update;
      const progress = progressOf(update["progress"]);
      if (typeof callId !== "string" || progress === undefined) return live;
      return { ...live, progress: new Map(live.progress).set(callId, progress) };
    }
    default:
      return live;
  }
}

function progressOf(value: JsonValue | undefined): LiveProgress | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const { message, fraction } = value;
  if (typeof message !== "string") return undefined;
  return { message, fraction: typeof fraction === "number" ? Math.min(1, Math.max(0, fraction)) : undefined };
}

/** Drops what an event has made definite: the answer of an ended turn, the progress of an ended call. */
export function withoutSettled(live: LiveReading, event: RunEvent): LiveReading {
  switch (event.type) {
    case "turn.started":
    case "turn.finished":
    case "turn.failed": {
      if (!live.answers.has(event.data.invocationId)) return live;
      const answers = new Map(live.answers);
      answers.delete(event.data.invocationId);
      return { ...live, answers };
    }
    case "tool.finished":
    case "tool.failed": {
      if (!live.progress.has(event.data.callId)) return live;
      const progress = new Map(live.progress);
      progress.delete(event.data.callId);
      return { ...live, progress };
    }
    case "run.succeeded":
    case "run.failed":
    case "run.cancelled":
    case "run.paused":
      return emptyLive;
    default:
      return live;
  }
}
