import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, afterEach, describe, expect, it } from "vitest";

import type { Readiness } from "#api/contract/health.ts";
import type { EventView } from "#api/contract/pipeline.ts";
import { openRuntime } from "#api/boot/open-runtime.ts";
import { homePasses, passTimes, VERIFICATION } from "#api/boot/home-passes.ts";
import { startPasses } from "#api/boot/passes.ts";
import { LOG_STREAM } from "#core/ops/log-events.ts";
import { createFakeClock } from "#core/testing/fake-clock.ts";
import { createFolders } from "../cli/swarm-process.testing.ts";
import { createTestClient, runThat, startRun } from "./api-client.testing.ts";
import { type ApiHome, startBody, writeApiHome } from "./api-home.testing.ts";
import { serveHere, type ServerHere } from "./api-server.testing.ts";

const API = "/api/v1";
const folders = createFolders();
const quick = { ...passTimes, sweepMs: 50, checkpointMs: 50, recoverMs: 50, verifyLookMs: 50 };
const servers: ServerHere[] = [];
const start = async (home: ApiHome): Promise<ServerHere> => {
  const server = await serveHere(home, { passTimes: quick });
  servers.push(server);
  return server;
};
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});
afterAll(() => {
  folders.removeAll();
});

const until = async (isSo: () => Promise<boolean> | boolean): Promise<void> => {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20));
};

describe("a server's passes over its home", () => {
  it("escalate a gate that nobody decides, then let it expire, and the run ends naming it", async () => {
    const server = await start(writeApiHome(folders.make("api-sweep")));
    const client = createTestClient(server.url);
    const runId = await startRun(client, startBody("hurries"));
    const run = await runThat(client, runId, ({ status }) => status === "failed");
    expect(run).toMatchObject({ failure: { code: "gate-expired" }, gates: [{ state: "expired" }] });
    const events = (await client.get(`${API}/pipelines/${runId}/events`)).json() as { items: EventView[] };
    expect(events.items.map(({ type }) => type).filter((type) => type.startsWith("gate."))).toEqual([
      "gate.opened",
      "gate.escalated",
      "gate.expired",
    ]);
  });

  it("sign the log at the end of a drive and keep the checkpoint outside of it", async () => {
    const home = writeApiHome(folders.make("api-sign"));
    // No pass comes round again here: only the end of a drive can be what signs.
    const hour = 3_600_000;
    const server = await serveHere(home, { passTimes: { ...quick, checkpointMs: hour, verifyLookMs: hour } });
    servers.push(server);
    const client = createTestClient(server.url);
    const runId = await startRun(client, startBody("asks"));
    await runThat(client, runId, ({ status }) => status === "waiting");
    await until(async () => (await server.opened.stores.log.streamHead(LOG_STREAM)).seq > 0);
    const [signed] = await server.opened.stores.log.read(LOG_STREAM);
    expect(signed?.type).toBe("checkpoint.signed");
    expect(readdirSync(join(home.home, "checkpoints")).length).toBeGreaterThan(0);
  });

  it("stop with the server: nothing writes afterwards", async () => {
    const server = await start(writeApiHome(folders.make("api-stop")));
    const runId = await startRun(createTestClient(server.url), startBody("asks"));
    await runThat(createTestClient(server.url), runId, ({ status }) => status === "waiting");
    servers.splice(0);
    const { log } = server.opened.stores;
    await server.stop();
    await expect(log.head()).rejects.toThrow();
    expect(server.told).toEqual([]);
  });

  it("find a log that was changed, say so once, and turn work away", async () => {
    const home = writeApiHome(folders.make("api-tamper"));
    const first = await serveHere(home);
    const runId = await startRun(createTestClient(first.url), startBody("asks"));
    await runThat(createTestClient(first.url), runId, ({ status }) => status === "waiting");
    await first.stop();
    const database = new DatabaseSync(join(home.home, "swarm.db"));
    for (const { name } of database
      .prepare("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'events'")
      .all())
      database.exec(`DROP TRIGGER "${String(name)}"`);
    // Nothing was verified yet today, and something in the middle is another now.
    database.exec("UPDATE events SET body = replace(body, '\"seed\":7', '\"seed\":8') WHERE position = 0");
    database.close();
    const opened = await openRuntime({ environment: home.environment, deploymentFolder: home.deployment });
    if (!opened.ok) {
      // The home does not even open: that is an answer too, and says what to do.
      expect(opened.failure).toMatchObject({ message: expect.stringContaining("swarm log verify") });
      return;
    }
    await opened.value.close();
    const server = await start(home);
    const client = createTestClient(server.url);
    await until(async () => (await client.get("/health/ready")).status === 503);
    const ready = (await client.get("/health/ready")).json() as Readiness;
    expect(ready.status).toBe("not-ready");
    expect(ready.checks.find(({ part }) => part === VERIFICATION)).toMatchObject({
      ok: false,
      detail: expect.stringContaining("swarm log verify"),
    });
    expect((await client.get("/health/live")).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(server.told.filter((line) => line.startsWith(VERIFICATION))).toHaveLength(1);
  });

  it("verify the log again after a day, not before", async () => {
    const home = writeApiHome(folders.make("api-daily"));
    const server = await serveHere(home);
    const runId = await startRun(createTestClient(server.url), startBody("asks"));
    await runThat(createTestClient(server.url), runId, ({ status }) => status === "waiting");
    await server.stop();
    const opened = await openRuntime({ environment: home.environment, deploymentFolder: home.deployment });
    if (!opened.ok) throw new Error(opened.failure.message);
    const clock = createFakeClock(Date.now());
    const fake = { ...opened.value, runtime: { ...opened.value.runtime, clock } };
    const pass = homePasses(fake, { lookAgain: () => Promise.resolve() }).find(
      ({ name }) => name === VERIFICATION,
    );
    const { log } = opened.value.stores;
    const verifications = async () =>
      (await log.read(LOG_STREAM)).filter(({ type }) => type === "log.verified").length;
    const never = new AbortController().signal;
    const counts: number[] = [];
    for (const hours of [0, 1, 22, 2, 1, 24]) {
      clock.advance(hours * 3_600_000);
      await pass?.run(never);
      counts.push(await verifications());
    }
    expect(counts).toEqual([1, 1, 1, 2, 2, 3]);
    await opened.value.close();
  });
});

describe("startPasses", () => {
  it("runs one round at a time, tells a failure once, and goes on", async () => {
    const clock = createFakeClock();
    const told: string[] = [];
    let rounds = 0;
    let atOnce = 0;
    const done = Promise.withResolvers<undefined>();
    const passes = startPasses(
      [
        {
          name: "p",
          everyMs: 10,
          async run() {
            expect((atOnce += 1)).toBe(1);
            await Promise.resolve();
            atOnce -= 1;
            rounds += 1;
            if (rounds === 20) done.resolve(undefined);
            if (rounds >= 3 && rounds <= 6) throw new Error("the disk is full");
            if (rounds === 7) throw new Error("another");
          },
        },
      ],
      { clock, report: (message) => told.push(message) },
    );
    await done.promise;
    await passes.stop();
    expect(told).toEqual(["p: the disk is full", "p: another"]);
    expect(passes.states()).toEqual([{ name: "p" }]);
    const after = rounds;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(rounds).toBe(after);
  });
});
