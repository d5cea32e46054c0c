import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { recordRun } from "#dashboard/testing/record-run.ts";
import { createFakeLine } from "./fake-line.testing.ts";
import { createRunStream } from "./run-stream.ts";

const recording = await recordRun();

/** A server that tells a run from the address's sequence number on, at most `limit` events before it drops. */
function openStream() {
  const line = createFakeLine();
  const stream = createRunStream({
    ...line,
    runId: recording.runId,
    urlAfter: (seq) => `ws://server/${seq}`,
  });
  const serve = (limit: number): void => {
    const socket = line.socket();
    const after = Number(socket.url.split("/").at(-1));
    socket.open();
    for (const event of recording.events.slice(after, after + limit))
      socket.say({ type: "event", runId: recording.runId, event });
    if (after + limit >= recording.events.length)
      socket.say({ type: "caught-up", seq: recording.events.length });
  };
  return { line, stream, serve };
}

const seqs = (stream: ReturnType<typeof openStream>["stream"]): number[] =>
  stream.reading.get().events.map(({ event }) => event.seq);
const all = recording.events.map((event) => event.seq);

describe("createRunStream", () => {
  it("reads a run to its end and says when it has caught up", () => {
    const { line, stream, serve } = openStream();
    expect(stream.caughtUp.get()).toBe(false);
    serve(Number.POSITIVE_INFINITY);
    line.advance(100);
    expect(stream.caughtUp.get()).toBe(true);
    expect(stream.reading.get().state?.phase.status).toBe("succeeded");
    expect(seqs(stream)).toEqual(all);
  });

  it("has neither gap nor duplicate wherever the line drops", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 120 }), { maxLength: 12 }), (pieces) => {
        const { line, stream, serve } = openStream();
        for (const piece of pieces) {
          serve(piece);
          line.socket().drop();
          line.advance(20_000);
        }
        serve(Number.POSITIVE_INFINITY);
        line.advance(100);
        expect(seqs(stream)).toEqual(all);
        stream.close();
      }),
      { numRuns: 30 },
    );
  });

  it("passes over events that are told twice", () => {
    const { line, stream, serve } = openStream();
    serve(50);
    for (const event of recording.events.slice(30, 60))
      line.socket().say({ type: "event", runId: recording.runId, event });
    line.advance(100);
    expect(seqs(stream)).toEqual(all.slice(0, 60));
  });

  it("stops with a reason when an event is missing, instead of showing a wrong run", () => {
    const { line, stream, serve } = openStream();
    serve(10);
    line.socket().say({ type: "event", runId: recording.runId, event: recording.events[11] });
    line.advance(100);
    expect(stream.problem.get()).toContain("event 12");
    expect(stream.problem.get()).toContain("swarm log verify");
    expect(line.socket().isClosed).toBe(true);
    expect(seqs(stream)).toEqual(all.slice(0, 10));
  });

  it("says so when an event is of a kind that this console does not know", () => {
    const { line, stream, serve } = openStream();
    serve(10);
    line.advance(100);
    const unknown = { ...recording.events[10], type: "run.teleported" };
    line.socket().say({ type: "event", runId: recording.runId, event: unknown });
    line.advance(100);
    expect(stream.problem.get()).toContain("run.teleported");
    expect(seqs(stream)).toEqual(all.slice(0, 10));
  });

  it("shows an answer while it is written and drops it once it is on the record", () => {
    const { line, stream, serve } = openStream();
    const finished = recording.events.findIndex((event) => event.type === "turn.finished");
    serve(finished);
    const invocationId = recording.events[finished]?.data["invocationId"];
    const update = { kind: "text-delta", invocationId, agent: "a", turn: 1 };
    line.socket().say({ type: "live", runId: recording.runId, update: { ...update, text: "The data " } });
    line.socket().say({ type: "live", runId: recording.runId, update: { ...update, text: "comes first." } });
    line.advance(100);
    expect(stream.live.get().answers.get(typeof invocationId === "string" ? invocationId : "")?.text).toBe(
      "The data comes first.",
    );
    line.socket().say({ type: "event", runId: recording.runId, event: recording.events[finished] });
    line.advance(100);
    expect(stream.live.get().answers.size).toBe(0);
  });

  it("forgets half-written answers when the line drops", () => {
    const { line, stream, serve } = openStream();
    serve(5);
    const update = { kind: "text-delta", invocationId: "inv_1", agent: "a", turn: 1, text: "half" };
    line.socket().say({ type: "live", runId: recording.runId, update });
    line.advance(100);
    line.socket().drop();
    expect(stream.live.get().answers.size).toBe(0);
  });

  it("gives every batch of events as one new reading", () => {
    const { line, stream, serve } = openStream();
    let changes = 0;
    stream.reading.subscribe(() => {
      changes += 1;
    });
    serve(Number.POSITIVE_INFINITY);
    line.advance(100);
    expect(changes).toBe(1);
  });

  it("skips messages that are no JSON or of an unknown type", () => {
    const { line, stream, serve } = openStream();
    serve(3);
    line.socket().say({ type: "weather", sunny: true });
    line.socket().say("not an object");
    line.advance(100);
    expect(seqs(stream)).toEqual([1, 2, 3]);
    expect(stream.problem.get()).toBeUndefined();
  });
});
