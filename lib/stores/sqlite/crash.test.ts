import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Event } from "#core/contract/event.ts";
import type { Stores } from "#core/contract/stores.ts";
import { expectWholeChain } from "#core/testing/conformance/stores/describe-chain-laws.ts";
import { append, note, runStream, valueOf } from "#core/testing/conformance/stores/sample-events.ts";
import { sampleProjection, sampleTotals } from "#core/testing/conformance/stores/sample-projections.ts";
import { createSqliteHome, type SqliteTestHome } from "./sqlite-adapter.testing.ts";

const program = join(import.meta.dirname, "processes", "commit-forever.testing.ts");
const projections = [sampleProjection, sampleTotals];

let home: SqliteTestHome;
beforeEach(() => {
  home = createSqliteHome();
});
afterEach(() => home.dispose());

function start(name: string, rounds?: number): ChildProcess & { stdout: NodeJS.ReadableStream } {
  return spawn(
    process.execPath,
    [program, home.folder, name, ...(rounds === undefined ? [] : [`${rounds}`])],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
}

/** Lets a writer answer so many rounds, kills it at that moment, and tells the last round it answered. */
async function killAfter(child: ReturnType<typeof start>, rounds: number): Promise<number> {
  const exited = once(child, "exit");
  let answered = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    answered = Number(line);
    if (answered >= rounds) child.kill("SIGKILL");
  }
  await exited;
  return answered;
}

async function readEverything({ log }: Stores): Promise<Event[]> {
  const { size } = await log.head();
  return log.readAll({ limit: size + 1 });
}

async function expectWholeStore(stores: Stores): Promise<Event[]> {
  const all = await readEverything(stores);
  expectWholeChain(all);
  for await (const { fault } of stores.integrity.scan({ fromPosition: 0 })) expect(fault).toBeUndefined();
  for (const { payloadRef } of all) {
    if (payloadRef !== undefined) expect(await stores.integrity.payloadFault(payloadRef)).toBeUndefined();
  }
  const kept = await Promise.all(projections.map(({ name }) => stores.projections.list(name)));
  await stores.projections.rebuild();
  expect(await Promise.all(projections.map(({ name }) => stores.projections.list(name)))).toEqual(kept);
  return all;
}

/** Rounds of a writer whose commits are there as a whole: each was one event, two events and one with a message. */
async function expectWholeTransactions(stores: Stores, all: readonly Event[], name: string) {
  const rounds = all.filter((event) => event.data["name"] === name);
  const of = (part: number) =>
    rounds.filter((event) => event.data["part"] === part).map((event) => event.data["round"]);
  expect(of(2)).toEqual(of(1));
  expect(rounds.filter((event) => event.data["refused"] === true)).toEqual([]);
  const sent = (await stores.log.pendingOutbox(100_000)).filter((message) => message.topic === name);
  const sending = rounds.filter((event) => typeof event.data["remove"] === "boolean");
  expect(sent.map((message) => message.body["round"])).toEqual(sending.map((event) => event.data["round"]));
  return sending.length;
}

describe("a writer that is killed", () => {
  it("leaves a whole log with everything that it was told was committed, each time", {
    timeout: 60_000,
  }, async () => {
    for (const [life, rounds] of [1, 7, 40, 3, 120, 18].entries()) {
      const name = `life-${life}`;
      const answered = await killAfter(start(name), rounds);
      expect(answered).toBeGreaterThanOrEqual(rounds);
      const stores = home.open({ projections });
      const all = await expectWholeStore(stores);
      const committed = await expectWholeTransactions(stores, all, name);
      // What was answered is there; one more round may have been committed without the answer getting out.
      expect(committed).toBeGreaterThanOrEqual(answered);
      valueOf(
        await stores.log.commit(append(runStream(1), [note({ between: life })], { durability: "full" })),
      );
      await stores.close();
    }
  });
});

describe("several processes on one home", () => {
  it("open a new home at the same moment, write it together, and are followed without gap or duplicate", {
    timeout: 60_000,
  }, async () => {
    const names = ["a", "b", "c"];
    const rounds = 60;
    const total = names.length * rounds * 4;
    const children = names.map((name) => start(name, rounds));
    for (const child of children) child.stdout.resume();
    const exits = Promise.all(children.map(async (child) => (await once(child, "exit"))[0] as unknown));

    const stores = home.open({ projections });
    const abort = new AbortController();
    const seen: number[] = [];
    const streamSeqs: number[] = [];
    const following = (async () => {
      for await (const events of stores.log.follow({ fromPosition: 0, signal: abort.signal })) {
        seen.push(...events.map((event) => event.position));
        if (seen.length >= total) abort.abort();
      }
    })();
    const streamEnd = new AbortController();
    const followingStream = (async () => {
      for await (const events of stores.log.followStream(runStream(1), {
        afterSeq: 0,
        signal: streamEnd.signal,
      })) {
        streamSeqs.push(...events.map((event) => event.seq));
      }
    })();
    expect(await exits).toEqual([0, 0, 0]);
    await following;
    const { seq } = await stores.log.streamHead(runStream(1));
    streamEnd.abort();
    await followingStream;
    expect(seen).toEqual(Array.from({ length: total }, (_, index) => index));
    expect(streamSeqs).toEqual(Array.from({ length: streamSeqs.length }, (_, index) => index + 1));
    expect(streamSeqs.length).toBeLessThanOrEqual(seq);
    const all = await expectWholeStore(stores);
    for (const name of names) expect(await expectWholeTransactions(stores, all, name)).toBe(rounds);
  });
});
