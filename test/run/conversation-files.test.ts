import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createConversationFiles } from "#core/run/conversation-files.ts";
import { driveRun } from "#core/run/drive-run.ts";
import { loadRun } from "#core/run/load-run.ts";
import type { Runtime } from "#core/run/runtime.ts";
import { startRun } from "#core/run/start-run.ts";
import { createToy, operator, toyRequest } from "./toy-runtime.ts";

interface Written {
  agent: string;
  line: Record<string, unknown>;
}

/** A toy runtime that keeps what it would write. */
function keeping(): { runtime: Runtime; written: Written[] } {
  const written: Written[] = [];
  const { runtime } = createToy();
  return {
    written,
    runtime: {
      ...runtime,
      folders: {
        ...runtime.folders,
        appendConversation(_run, agent, lines) {
          for (const { line } of lines)
            written.push({ agent, line: JSON.parse(line) as Record<string, unknown> }); // one object a line
          return Promise.resolve();
        },
      },
    },
  };
}

async function play(runtime: Runtime) {
  const started = await startRun(runtime, { request: toyRequest(), by: operator });
  if (!started.ok) throw new Error(started.failure.message);
  await driveRun(runtime, started.value, { reason: "resume", detach: new AbortController().signal });
  const loaded = await loadRun(runtime, started.value);
  if (!loaded.ok) throw new Error(loaded.failure.message);
  return { runId: started.value, events: loaded.value.events };
}

describe("an agent's conversation file", () => {
  it("holds brief, answers, results and summary of that agent, in the order of the log", async () => {
    const { runtime, written } = keeping();
    await play(runtime);
    const hand = written.filter(({ agent }) => agent === "hand").map(({ line }) => line);
    const visit = hand.slice(0, hand.findIndex((line) => line["type"] === "summary") + 1);
    expect(visit.map((line) => line["type"])).toEqual([
      "brief",
      ...["measure", "write_note", "send_letter"].flatMap(() => ["message", "tool-result"]),
      "message",
      "summary",
    ]);
    expect(new Set(written.map(({ agent }) => agent))).toEqual(new Set(["chief", "lead", "hand"]));
    for (const { agent, line } of written) expect(line["agent"]).toBe(agent);
    const seqs = hand.map((line) => Number(line["seq"]));
    expect(seqs).toEqual(seqs.toSorted((left, right) => left - right));
  });

  describe("is written", () => {
    beforeEach(() => {
      vi.useFakeTimers();
    });
    afterEach(() => {
      vi.useRealTimers();
    });

    async function replayed() {
      const { runtime, written } = keeping();
      const { runId, events } = await play(runtime);
      written.length = 0;
      const files = createConversationFiles(runtime, runId, () => Promise.resolve("content"));
      return { files, events, written };
    }

    it("as soon as ten messages wait", async () => {
      const { files, events, written } = await replayed();
      const start = events.findIndex((event) => event.type === "agent.started");
      files.see(events.slice(start, start + 9));
      await vi.advanceTimersByTimeAsync(0);
      expect(written).toEqual([]);
      files.see(events.slice(start + 9, start + 10));
      await vi.advanceTimersByTimeAsync(0);
      expect(written.length).toBeGreaterThan(0);
    });

    it("a second after a message at the latest", async () => {
      const { files, events, written } = await replayed();
      files.see(events.filter((event) => event.type === "agent.started").slice(0, 1));
      await vi.advanceTimersByTimeAsync(999);
      expect(written).toEqual([]);
      await vi.advanceTimersByTimeAsync(1);
      expect(written).toHaveLength(1);
    });

    it("at the end, whatever waits", async () => {
      const { files, events, written } = await replayed();
      files.see(events.filter((event) => event.type === "agent.started").slice(0, 1));
      await files.flush();
      expect(written).toHaveLength(1);
    });
  });
});
