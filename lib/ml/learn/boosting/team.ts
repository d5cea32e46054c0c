import { Worker } from "node:worker_threads";
import type { Control } from "../../control.ts";
import { assertNever } from "../../score/assert-never.ts";
import { itemCount, JOB_KINDS, runItem, type TrainingJob } from "./training-jobs.ts";
import { viewTrainingMemory, type TrainingMemory, type TrainingShape } from "./training-memory.ts";
import type { KernelMemory } from "./kernel-memory.ts";

/**
 * Threads that share the items of a training's jobs. The thread that leads takes part; helpers that start late or not at
 * all change the time, never the result.
 *
 * The board is `control` in shared memory. The leader writes a job only while NEXT is closed and nobody is ACTIVE; a
 * helper reads the job only after it drew an item from an open NEXT, while it is ACTIVE. So nobody sees half a job.
 */
export interface Team {
  /** Does all items of a job; returns when the last one is done. */
  run(job: TrainingJob): void;
  /** Lets the helpers end. */
  close(): void;
}

const ROUND = 0;
const NEXT = 1;
const ACTIVE = 2;
const COUNT = 3;
const KIND = 4;
const ARGUMENTS = 5;

/** NEXT at or above this gives no item. */
const CLOSED = 1 << 30;
/** KIND that ends the helpers. */
const END = -1;
/** Looks at the board this often before a thread goes to sleep: a split follows the other within microseconds. */
const SPINS = 4000;
/** A sleeping leader looks up this often, so that a helper that died does not stop a cancellation. */
const NAP_MILLISECONDS = 50;
/** Cell visits below which waking the others costs more than it saves. */
const WORTH_SHARING = 200_000;

/** What a helper thread is started with. */
export interface TeamWorkerData {
  readonly memory: KernelMemory;
  readonly shape: TrainingShape;
}

/** A team of `threads` threads over shared memory; with one thread everything runs here. */
export function createTeam(memory: TrainingMemory, threads: number, control: Control): Team {
  if (threads <= 1) return { run: (job) => runAll(memory, job), close: () => {} };
  Atomics.store(memory.control, NEXT, CLOSED);
  const entry = new URL(
    import.meta.url.endsWith(".ts") ? "./team-worker.ts" : "./team-worker.js",
    import.meta.url,
  );
  const execArgv = process.execArgv.filter((flag) => flag.startsWith("--experimental-"));
  const workerData: TeamWorkerData = { memory: memory.memory, shape: memory.shape };
  for (let helper = 1; helper < threads; helper++) {
    const worker = new Worker(entry, { name: "swarm-ml-team", execArgv, workerData });
    worker.unref();
    // A helper that cannot start is one less; the leader does its items.
    worker.on("error", () => {});
  }
  return {
    run: (job) => {
      if (cellVisits(memory, job) < WORTH_SHARING) runAll(memory, job);
      else lead(memory, job, control);
    },
    close: () => {
      announce(memory.control, END);
    },
  };
}

function runAll(memory: TrainingMemory, job: TrainingJob): void {
  const count = itemCount(memory, job);
  for (let item = 0; item < count; item++) runItem(memory, job, item);
}

function cellVisits(memory: TrainingMemory, job: TrainingJob): number {
  switch (job.kind) {
    case "derivatives":
    case "loss":
    case "margins":
      return memory.shape.rowCount;
    case "histogram":
      return job.count * job.features;
    case "gather":
    case "sort-sides":
    case "join-sides":
      return job.count;
    default:
      return assertNever(job);
  }
}

function lead(memory: TrainingMemory, job: TrainingJob, control: Control): void {
  const { control: board } = memory;
  const count = itemCount(memory, job);
  board[COUNT] = count;
  writeJob(board, job);
  Atomics.store(board, NEXT, 0);
  announce(board, JOB_KINDS.indexOf(job.kind));
  try {
    for (let item = Atomics.add(board, NEXT, 1); item < count; item = Atomics.add(board, NEXT, 1)) {
      runItem(memory, job, item);
    }
  } finally {
    Atomics.store(board, NEXT, CLOSED);
    waitForHelpers(board, control);
  }
}

function waitForHelpers(board: Int32Array, control: Control): void {
  for (let spin = 0; spin < SPINS; spin++) if (Atomics.load(board, ACTIVE) === 0) return;
  for (;;) {
    const active = Atomics.load(board, ACTIVE);
    if (active === 0) return;
    Atomics.wait(board, ACTIVE, active, NAP_MILLISECONDS);
    control.throwIfCancelled();
  }
}

function announce(board: Int32Array, kind: number): void {
  Atomics.store(board, KIND, kind);
  Atomics.add(board, ROUND, 1);
  Atomics.notify(board, ROUND);
}

/** What a helper thread does until the team is closed. */
export function helpTeam({ memory: kernelMemory, shape }: TeamWorkerData): void {
  const memory = viewTrainingMemory(kernelMemory, shape);
  const { control: board } = memory;
  let seen = 0;
  for (;;) {
    seen = nextRound(board, seen);
    if (Atomics.load(board, KIND) === END) return;
    Atomics.add(board, ACTIVE, 1);
    for (let item = Atomics.add(board, NEXT, 1); item < CLOSED; item = Atomics.add(board, NEXT, 1)) {
      if (item >= board[COUNT]!) break;
      runItem(memory, readJob(board), item);
    }
    if (Atomics.sub(board, ACTIVE, 1) === 1) Atomics.notify(board, ACTIVE);
  }
}

function nextRound(board: Int32Array, seen: number): number {
  for (let spin = 0; spin < SPINS; spin++) {
    const round = Atomics.load(board, ROUND);
    if (round !== seen) return round;
  }
  Atomics.wait(board, ROUND, seen);
  return Atomics.load(board, ROUND);
}

function writeJob(board: Int32Array, job: TrainingJob): void {
  const { kind, ...numbers } = job;
  Atomics.store(board, KIND, JOB_KINDS.indexOf(kind));
  // Every argument of a job is a number; readJob takes them in the order of ARGUMENT_NAMES.
  const given = numbers as Readonly<Record<string, number>>;
  for (const [index, name] of ARGUMENT_NAMES[kind].entries()) board[ARGUMENTS + index] = given[name]!;
}

const ARGUMENT_NAMES: Readonly<Record<TrainingJob["kind"], readonly string[]>> = {
  derivatives: ["output"],
  loss: [],
  margins: ["output", "leaves"],
  gather: ["start", "count"],
  histogram: ["start", "count", "histogram", "features", "isGathered"],
  "sort-sides": ["start", "count", "feature"],
  "join-sides": ["start", "count", "left"],
};

function readJob(board: Int32Array): TrainingJob {
  const kind = JOB_KINDS[board[KIND]!]!;
  const numbers = ARGUMENT_NAMES[kind].map((name, index) => [name, board[ARGUMENTS + index]!] as const);
  // The names are those of the job's own fields.
  return { kind, ...Object.fromEntries(numbers) } as TrainingJob;
}
