import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { patience } from "#api/boot/listen.ts";
import type { GateDetail, GateRow } from "#api/contract/gates.ts";
import type { EventView } from "#api/contract/pipeline.ts";
import type { StreamMessage } from "#api/contract/stream.ts";
import { AHEAD_OF_LOG } from "#api/stream/event-socket.ts";
import { createFolders } from "../cli/swarm-process.testing.ts";
import { createTestClient, runThat, startRun, type TestClient } from "./api-client.testing.ts";
import { startBody, writeApiHome } from "./api-home.testing.ts";
import { serveHere, type ServerHere } from "./api-server.testing.ts";
import { refusedUpgrade, saw, watch } from "./event-watch.testing.ts";

const API = "/api/v1";
const folders = createFolders();
let server: ServerHere;
let client: TestClient;
/** A run that waits, and its events. */
let waiting: string;
let history: EventView[];

const eventsOf = async (runId: string): Promise<EventView[]> =>
  ((await client.get(`${API}/pipelines/${runId}/events`)).json() as { items: EventView[] }).items;
const socketOf = (runId: string, after?: number): string =>
  `${server.url}${API}/pipelines/${runId}/ws${after === undefined ? "" : `?after=${after}`}`;
const isCaughtUp = (messages: readonly StreamMessage[]): boolean =>
  messages.some(({ type }) => type === "caught-up");

async function startWaiting(): Promise<string> {
  const runId = await startRun(client, startBody("asks"));
  await runThat(client, runId, ({ status }) => status === "waiting");
  return runId;
}

async function approve(runId: string): Promise<void> {
  const listed = await client.get(`${API}/gates?state=open&runId=${runId}`);
  const [row] = (listed.json() as { items: GateRow[] }).items;
  const { gate } = (await client.get(`${API}/gates/${row?.gateId}`)).json() as GateDetail;
  const decided = await client.post(`${API}/gates/${gate.gateId}/decision`, {
    decision: "approved",
    inputHash: gate.inputHash,
  });
  expect(decided.status, decided.body).toBe(200);
}

beforeAll(async () => {
  server = await serveHere(writeApiHome(folders.make("api-streams")), {
    patience: { ...patience, heartbeatMs: 100 },
    senderLimits: { maxBufferedBytes: 256 * 1024, stallMs: 300 },
  });
  client = createTestClient(server.url);
  waiting = await startWaiting();
  history = await eventsOf(waiting);
});
afterAll(async () => {
  await server.stop();
  folders.removeAll();
});

describe("a run's socket", () => {
  it("sends what comes after the number that is named, in order, each event once, then says it caught up", async () => {
    for (const after of [undefined, 0, 1, 3, history.length - 1, history.length]) {
      const one = watch(socketOf(waiting, after));
      await one.until(isCaughtUp);
      const events = one.messages.flatMap((message) => (message.type === "event" ? [message.event] : []));
      expect(events).toEqual(history.slice(after ?? 0));
      expect(one.messages.at(-1)).toEqual({ type: "caught-up", seq: history.length });
      await one.close();
    }
  });

  it("goes on with what happens, also for a client that comes back in the middle, without gap or duplicate", async () => {
    const runId = await startWaiting();
    const all = watch(socketOf(runId));
    await all.until(isCaughtUp);
    await approve(runId);
    // Leaves after every few events and comes back with the last number it has.
    const pieces: number[] = [];
    let isOver = false;
    while (!isOver) {
      const piece = watch(socketOf(runId, pieces.at(-1) ?? 0));
      await piece.until(
        (messages) =>
          messages.filter(({ type }) => type === "event").length >= 3 || saw("run.succeeded")(messages),
      );
      isOver = saw("run.succeeded")(piece.messages);
      pieces.push(...piece.seqs());
      piece.socket.terminate();
      await piece.closed;
    }
    await all.until(saw("run.succeeded"));
    const stored = (await eventsOf(runId)).map(({ seq }) => seq);
    expect(all.seqs()).toEqual(stored);
    expect(pieces.slice(0, stored.length)).toEqual(stored);
    await all.close();
  });

  it("gives twenty clients at once the same events in the same order", async () => {
    const runId = await startRun(client, startBody("trains"));
    const watches = Array.from({ length: 20 }, () => watch(socketOf(runId)));
    await Promise.all(watches.map((one) => one.until(saw("run.succeeded"))));
    const stored = await eventsOf(runId);
    for (const { messages } of watches) {
      expect(messages.flatMap((message) => (message.type === "event" ? [message.event] : []))).toEqual(
        stored,
      );
      expect(messages.filter(({ type }) => type === "caught-up")).toHaveLength(1);
    }
    await Promise.all(watches.map((one) => one.close()));
  });

  it("tells a client that is ahead of the log so, and closes", async () => {
    const one = watch(socketOf(waiting, history.length + 1));
    expect((await one.closed).code).toBe(AHEAD_OF_LOG);
    expect(one.messages).toEqual([{ type: "problem", message: expect.stringContaining("after=0") }]);
  });

  it("is refused for a run that is not there, and for what is no number", async () => {
    expect(await refusedUpgrade(socketOf("run_0000000000"))).toBe(404);
    expect(await refusedUpgrade(socketOf("nonsense"))).toBe(422);
    for (const after of ["-1", "x", "1.5", "9".repeat(16)]) {
      expect(await refusedUpgrade(`${socketOf(waiting)}?after=${after}`), after).toBe(422);
    }
  });
});

describe("the log's socket", () => {
  it("sends the events of all runs from a position on, in the order of their commit", async () => {
    const other = await startWaiting();
    const one = watch(`${server.url}${API}/events/ws?from=0`);
    await one.until(isCaughtUp);
    const events = one.messages.flatMap((message) =>
      message.type === "event" ? [{ runId: message.runId, ...message.event }] : [],
    );
    const positions = events.map(({ position }) => position);
    expect(positions).toEqual([...new Set(positions)].toSorted((a, b) => a - b));
    for (const runId of [waiting, other]) {
      const stored = (await eventsOf(runId)).map(({ seq }) => seq);
      expect(events.filter((event) => event.runId === runId).map(({ seq }) => seq)).toEqual(stored);
    }
    await one.close();
  });

  it("without a position sends only what is new", async () => {
    const one = watch(`${server.url}${API}/events/ws`);
    await one.until(isCaughtUp);
    const runId = await startWaiting();
    await one.until(saw("gate.opened"));
    expect(one.messages.every((message) => message.type !== "event" || message.runId === runId)).toBe(true);
    await one.close();
  });

  it("tells a client that is ahead so", async () => {
    const one = watch(`${server.url}${API}/events/ws?from=99999999`);
    expect((await one.closed).code).toBe(AHEAD_OF_LOG);
  });
});

describe("a client that misbehaves", () => {
  it("is told that it has nothing to say, and keeps its events", async () => {
    const one = watch(socketOf(waiting));
    await one.until(isCaughtUp);
    for (const stray of ["{bad", '{"type":"subscribe"}', new Uint8Array([0, 255])]) one.socket.send(stray);
    await one.until((messages) => messages.filter(({ type }) => type === "problem").length === 3);
    expect(one.seqs()).toEqual(history.map(({ seq }) => seq));
    await one.close();
  });

  it("is shown the door when it does not stop", async () => {
    const one = watch(socketOf(waiting));
    await one.until(isCaughtUp);
    for (let index = 0; index < 50; index += 1) one.socket.send("x");
    expect((await one.closed).code).toBe(1008);
    expect(one.messages.filter(({ type }) => type === "problem")).toHaveLength(10);
  });

  it("is closed over a message that is too large, and the server lives", async () => {
    const one = watch(socketOf(waiting));
    await one.until(isCaughtUp);
    one.socket.send("x".repeat(64 * 1024 + 1));
    expect((await one.closed).code).toBe(1009);
    expect((await client.get("/health")).status).toBe(200);
  });

  it("is dropped when it does not answer the heartbeat; one that does stays", async () => {
    const mute = watch(socketOf(waiting), { autoPong: false });
    const alive = watch(socketOf(waiting));
    let pings = 0;
    alive.socket.on("ping", () => (pings += 1));
    expect((await mute.closed).code).toBe(1006);
    await new Promise((resolve) => {
      alive.socket.on("ping", () => {
        if (pings >= 5) resolve(undefined);
      });
    });
    expect(alive.socket.readyState).toBe(alive.socket.OPEN);
    await alive.close();
  });
});

it("nothing of this was a defect", () => {
  expect(server.told).toEqual([]);
});
