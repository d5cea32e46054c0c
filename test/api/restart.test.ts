import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Health } from "#api/contract/shelf.ts";
import type { EventView } from "#api/contract/pipeline.ts";
import { createFolders } from "../cli/swarm-process.testing.ts";
import { createTestClient, startRun, type TestClient } from "./api-client.testing.ts";
import { type ApiHome, startBody, writeApiHome } from "./api-home.testing.ts";
import { createServerProcess, type ServerProcess } from "./api-server.testing.ts";
import { saw, watch } from "./event-watch.testing.ts";

const API = "/api/v1";
const folders = createFolders();
let home: ApiHome;
let server: ServerProcess;
let client: TestClient;

beforeAll(async () => {
  // Large enough for a training that takes a while.
  home = writeApiHome(folders.make("api-restart"), { rowCount: 20_000 });
  server = await createServerProcess(home);
  await server.start();
  client = createTestClient(server.url);
});
afterAll(async () => {
  await server.stop();
  folders.removeAll();
});

const eventsOf = async (runId: string): Promise<EventView[]> =>
  ((await client.get(`${API}/pipelines/${runId}/events`)).json() as { items: EventView[] }).items;
const socketOf = (runId: string, after: number): string =>
  `${server.url}${API}/pipelines/${runId}/ws?after=${after}`;
const isStart = (tool: string) => (event: EventView) =>
  event.type === "tool.requested" && event.data["tool"] === tool;

/** A run whose training has begun, and the socket that saw it. */
async function training() {
  const runId = await startRun(client, startBody("trains"));
  const one = watch(socketOf(runId, 0));
  await one.until((messages) =>
    messages.some((message) => message.type === "event" && isStart("train_classifier")(message.event)),
  );
  return { runId, one };
}

describe("while a model is trained", () => {
  it("health and lists are answered: work is off the thread that answers", async () => {
    const { runId, one } = await training();
    const [health, list, live] = await Promise.all([
      client.get("/health"),
      client.get(`${API}/pipelines`),
      client.get("/health/live"),
    ]);
    // They were answered before the training ended: its end is not in the log yet.
    const events = await eventsOf(runId);
    const call = events.find(isStart("train_classifier"))?.data["callId"];
    expect(events.some(({ type, data }) => type === "tool.finished" && data["callId"] === call)).toBe(false);
    expect([health.status, list.status, live.status]).toEqual([200, 200, 200]);
    expect((health.json() as Health).activeRuns).toContain(runId);
    await one.until(saw("run.succeeded"));
    await one.close();
  });
});

describe("a server that was killed", () => {
  it("goes on after its start, and a socket with the very next event: each once and in order", async () => {
    const { runId, one } = await training();
    await server.kill();
    await one.closed;
    const before = one.seqs();
    await server.start();
    const again = watch(socketOf(runId, before.at(-1) ?? 0));
    await again.until(saw("run.succeeded"));
    const events = await eventsOf(runId);
    expect([...before, ...again.seqs()]).toEqual(events.map(({ seq }) => seq));
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    // What was told before the kill is what is in the log after it.
    const told = one.messages.flatMap((message) => (message.type === "event" ? [message.event] : []));
    expect(told).toEqual(events.slice(0, told.length));
    await again.close();
  });
});

describe("a server that is asked to stop", () => {
  it("says goodbye, ends without an error, and takes the run up again when it is started", async () => {
    const { runId, one } = await training();
    const ended = await server.stop();
    expect(ended.code, ended.stderr).toBe(0);
    expect((await one.closed).code).toBe(1012);
    const before = one.seqs();
    await server.start();
    const again = watch(socketOf(runId, before.at(-1) ?? 0));
    await again.until(saw("run.succeeded"));
    const events = await eventsOf(runId);
    expect([...before, ...again.seqs()]).toEqual(events.map(({ seq }) => seq));
    expect(events.filter(({ type }) => type === "run.failed" || type === "run.cancelled")).toEqual([]);
    await again.close();
  });

  it("does not wait for clients that do not take their leave", async () => {
    const { one } = await training();
    one.socket.pause(); // the goodbye is never read, so it is never answered
    const ended = await server.stop();
    expect(ended.code, ended.stderr).toBe(0);
    one.socket.terminate();
    await server.start();
  });
});

describe("the log of a home that was served", () => {
  it("is verified as a whole once a day, signed at the end of runs, and both are on record", async () => {
    await server.stop();
    const database = new DatabaseSync(join(home.home, "swarm.db"), { readOnly: true });
    const types = database
      .prepare("SELECT json_extract(body, '$.type') AS type FROM events WHERE stream_kind = 'log'")
      .all()
      .map(({ type }) => type);
    database.close();
    // Started several times today: verified once.
    expect(types.filter((type) => type === "log.verified")).toHaveLength(1);
    expect(types.filter((type) => type === "checkpoint.signed").length).toBeGreaterThan(2);
    await server.start();
  });
});
