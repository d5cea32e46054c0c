import { afterAll, beforeAll, expect, it } from "vitest";
import type { GateDetail, GateRow } from "#api/contract/gates.ts";
import type { EventView } from "#api/contract/pipeline.ts";
import type { StreamMessage } from "#api/contract/stream.ts";
import { createFolders } from "../cli/swarm-process.testing.ts";
import { createTestClient, runThat, startRun, type TestClient } from "./api-client.testing.ts";
import { startBody, writeApiHome } from "./api-home.testing.ts";
import { serveHere, type ServerHere } from "./api-server.testing.ts";
import { saw, watch } from "./event-watch.testing.ts";

const API = "/api/v1";
const folders = createFolders();
let server: ServerHere;
let client: TestClient;

beforeAll(async () => {
  // The usual heartbeat: it must not be what ends the slow client here.
  server = await serveHere(writeApiHome(folders.make("api-slow")), {
    senderLimits: { maxBufferedBytes: 256 * 1024, stallMs: 300 },
  });
  client = createTestClient(server.url);
});
afterAll(async () => {
  await server.stop();
  folders.removeAll();
});

it("a client that does not read costs bounded memory, is dropped, hurts nobody, and comes back where it was", async () => {
  const runId = await startRun(client, startBody("asks"));
  await runThat(client, runId, ({ status }) => status === "waiting");
  const socketUrl = `${server.url}${API}/pipelines/${runId}/ws`;
  const slow = watch(socketUrl);
  const quick = watch(socketUrl);
  const isCaughtUp = (messages: readonly StreamMessage[]) =>
    messages.some(({ type }) => type === "caught-up");
  await Promise.all([slow.until(isCaughtUp), quick.until(isCaughtUp)]);
  slow.socket.pause();

  // Far more than the sockets of a machine hold by themselves.
  const pieces = 400;
  const update = {
    kind: "text-delta",
    invocationId: "inv_000000",
    agent: "a",
    turn: 1,
    text: "x".repeat(256 * 1024),
  } as const;
  for (let index = 0; index < pieces; index += 1) {
    server.opened.runtime.live.publish(runId, update);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const listed = await client.get(`${API}/gates?state=open&runId=${runId}`);
  const [row] = (listed.json() as { items: GateRow[] }).items;
  const { gate } = (await client.get(`${API}/gates/${row?.gateId}`)).json() as GateDetail;
  const body = { decision: "approved", inputHash: gate.inputHash };
  expect((await client.post(`${API}/gates/${gate.gateId}/decision`, body)).status).toBe(200);
  await quick.until(saw("run.succeeded"));
  const { items } = (await client.get(`${API}/pipelines/${runId}/events`)).json() as { items: EventView[] };
  expect(quick.seqs()).toEqual(items.map(({ seq }) => seq));
  await new Promise((resolve) => setTimeout(resolve, 1000)); // longer than the server waits for a client

  slow.socket.resume();
  // Everything that the server held for it comes now, and then the goodbye.
  expect((await slow.closed).code).toBe(1013);
  expect(slow.messages.filter(({ type }) => type === "live").length).toBeLessThan(pieces / 4);
  const back = watch(`${socketUrl}?after=${slow.seqs().at(-1) ?? 0}`);
  await back.until(saw("run.succeeded"));
  expect([...slow.seqs(), ...back.seqs()]).toEqual(quick.seqs());
  await Promise.all([back.close(), quick.close()]);
});
