/**
 * What an append costs: medians of interleaved rounds, wall and CPU, beside a bare insert of the same bytes in the
 * same run, because the disk and the machine differ from hour to hour. Run: `npx node lib/stores/bench/append.ts`.
 */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import type { NewEvent } from "#core/contract/event.ts";
import type { Transaction } from "#core/contract/event-log.ts";
import type { ProjectionDefinition } from "#core/contract/projection.ts";
import { createSqliteStores } from "../sqlite/create-sqlite-stores.ts";

const ROUNDS = 15;
const text = "x".repeat(200);
const event = (turn: number): NewEvent => ({
  type: "turn.started",
  version: 1,
  actor: { kind: "agent", id: "ml_director" },
  data: { turn, agent: "ml_director", invocation: "inv_000001", usage: { input: 1200, output: 80 }, text },
});

/** A row per run, as the runtime keeps: one of twelve definitions, the others touched by no such event. */
const runs: ProjectionDefinition = {
  name: "runs",
  description: "Runs",
  columns: [
    { name: "run_id", type: "text", indexed: true },
    { name: "status", type: "text", indexed: true },
    { name: "events", type: "integer" },
  ],
  keys: (one) => (one.stream.kind === "run" ? [one.stream.id] : []),
  apply: (row, one) => ({
    ...row,
    run_id: one.stream.id,
    status: "running",
    events: Number(row?.["events"] ?? 0) + 1,
    last: one.type,
  }),
};
const untouched = Array.from(
  { length: 11 },
  (_, index): ProjectionDefinition => ({
    name: `other_${index}`,
    description: "Untouched",
    columns: [{ name: "a", type: "text" }],
    keys: (one) => (one.type === `other.type-${index}` ? ["x"] : []),
    apply: (row) => row,
  }),
);

const root = mkdtempSync(join(tmpdir(), "swarm-bench-"));
const open = (name: string, projections: ProjectionDefinition[]) =>
  createSqliteStores({
    home: join(root, name),
    projections,
    clock: { now: () => Date.now(), sleep: () => Promise.resolve() },
    random: (count) => randomBytes(count),
    isOwnerAlive: () => true,
  }).log;
const stores = {
  folded: open("folded", [runs, ...untouched]),
  plain: open("plain", []),
};

function openBare(name: string, synchronous: "NORMAL" | "FULL") {
  const bare = new Database(join(root, name));
  bare.pragma("journal_mode = WAL");
  bare.pragma(`synchronous = ${synchronous}`);
  bare.exec("CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT");
  return bare.prepare<[string]>("INSERT INTO t (body) VALUES (?)");
}
const bare = { batched: openBare("bare.db", "NORMAL"), full: openBare("bare-full.db", "FULL") };
const body = JSON.stringify({ ...event(1), position: 1, prevHash: "0".repeat(64), hash: "0".repeat(64) });

let turn = 0;
let stream = 0;
const transaction = (durability: Transaction["durability"]): Transaction => {
  turn += 1;
  if (turn % 500 === 1) stream += 1;
  const id = `run_${String(stream).padStart(6, "0")}`;
  return { durability, appends: [{ stream: { kind: "run", id }, events: [event(turn)] }] };
};
const inTurn = async (log: typeof stores.plain, durability: Transaction["durability"], count: number) => {
  for (let index = 0; index < count; index += 1) {
    const result = await log.commit(transaction(durability));
    if (!result.ok) throw new Error(result.failure.message);
  }
};
const together = async (log: typeof stores.plain, group: number, count: number) => {
  for (let done = 0; done < count; done += group) {
    const results = await Promise.all(
      Array.from({ length: group }, () => log.commit(transaction("batched"))),
    );
    for (const result of results) if (!result.ok) throw new Error(result.failure.message);
  }
};

const cases: { name: string; count: number; run: (count: number) => unknown; baseline?: string }[] = [
  { name: "bare insert", count: 2000, run: (n) => times(n, () => bare.batched.run(body)) },
  { name: "bare insert, durable", count: 60, run: (n) => times(n, () => bare.full.run(body)) },
  {
    name: "batched, one by one, 12 projections",
    count: 1000,
    run: (n) => inTurn(stores.folded, "batched", n),
  },
  { name: "batched, one by one, none", count: 1000, run: (n) => inTurn(stores.plain, "batched", n) },
  { name: "batched, 8 in flight, 12 projections", count: 1000, run: (n) => together(stores.folded, 8, n) },
  { name: "batched, 64 in flight, 12 projections", count: 1024, run: (n) => together(stores.folded, 64, n) },
  { name: "batched, 64 in flight, none", count: 1024, run: (n) => together(stores.plain, 64, n) },
  {
    name: "durable, 12 projections",
    count: 60,
    run: (n) => inTurn(stores.folded, "full", n),
    baseline: "bare insert, durable",
  },
];

function times(count: number, work: () => unknown) {
  for (let index = 0; index < count; index += 1) work();
}
const median = (values: number[]) =>
  values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const samples = new Map(cases.map(({ name }) => [name, { wall: [] as number[], cpu: [] as number[] }]));
for (let round = -2; round < ROUNDS; round += 1) {
  for (const { name, count, run } of cases) {
    const cpuBefore = process.cpuUsage();
    const before = performance.now();
    await run(count);
    const wall = ((performance.now() - before) * 1000) / count;
    const { user, system } = process.cpuUsage(cpuBefore);
    if (round < 0) continue; // warming up
    samples.get(name)?.wall.push(wall);
    samples.get(name)?.cpu.push((user + system) / count);
  }
}

const medians = new Map(
  [...samples].map(([name, { wall, cpu }]) => [name, { wall: median(wall), cpu: median(cpu) }]),
);
console.log("microseconds per event        wall      cpu   wall / bare");
for (const { name, baseline = "bare insert" } of cases) {
  const { wall = Number.NaN, cpu = Number.NaN } = medians.get(name) ?? {};
  const ratio = wall / (medians.get(baseline)?.wall ?? Number.NaN);
  console.log(
    `${name.padEnd(40)} ${wall.toFixed(1).padStart(8)} ${cpu.toFixed(1).padStart(8)} ${ratio.toFixed(2).padStart(7)}`,
  );
}
rmSync(root, { recursive: true });
