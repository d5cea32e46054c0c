import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from "node:worker_threads";
import type { Control } from "../../control.ts";
import { MlError } from "../../score/ml-error.ts";
import type { ForestRows } from "./forest-rows.ts";
import {
  awaitPulse,
  closeSeat,
  countTree,
  createForestState,
  doneTrees,
  pulseCount,
  stopForest,
  takeTree,
  type ForestState,
} from "./forest-state.ts";
import type { ForestJob, ForestMessage } from "./forest-worker.ts";
import type { ForestPlan } from "./grow-forest-tree.ts";
import { growTrees } from "./grow-trees.ts";
import type { GrownTree } from "./grown-tree.ts";
import { mergeOutOfBag, type OutOfBagSums } from "./out-of-bag.ts";

/** Trees in the order of their numbers, with what they say about rows they did not see. */
export interface GrownForest {
  readonly trees: readonly GrownTree[];
  readonly outOfBag: OutOfBagSums | null;
}

interface ThreadOptions {
  /** This thread included. */
  readonly threads: number;
  readonly control: Control;
}

interface Helper {
  readonly worker: Worker;
  readonly port: MessagePort;
  isDone: boolean;
}

/** With fewer rows to go through, all trees together, a thread takes longer to start than it saves. */
const SHARED_WORK = 500_000;
const POLL_MILLISECONDS = 20;
/** A thread that has not shown itself for so long has died; while alive it does so every few milliseconds. */
const SILENCE_MILLISECONDS = 60_000;

/**
 * Grows a forest on this thread and on helpers that end with it. Every tree is grown by whoever is free; trees depend
 * on their number only and out-of-bag sums on no order, so the forest does not show who grew what.
 * @throws MlError cancelled; out-of-memory when a helper dies.
 */
export function growForest(
  data: ForestRows,
  plan: ForestPlan,
  { threads, control }: ThreadOptions,
): GrownForest {
  const { trees: treeCount } = plan.parameters;
  const seats = data.rowCount * treeCount < SHARED_WORK ? 0 : Math.min(threads, treeCount) - 1;
  const state = createForestState(treeCount, seats);
  const trees: GrownTree[] = [];
  const helpers: Helper[] = [];
  const report = (): void => {
    const done = doneTrees(state);
    control.report({ stage: "train", done, total: treeCount, rows: done * data.rowCount });
  };
  try {
    for (let seat = 0; seat < seats; seat++) helpers.push(startHelper({ data, plan, state, seat }));
    const outOfBag = growTrees(data, plan, {
      take: () => takeTree(state),
      checkpoint: () => control.throwIfCancelled(),
      keep: (number, tree) => {
        trees[number] = tree;
        countTree(state);
        report();
      },
    });
    const late = helpers.filter((_, seat) => !closeSeat(state, seat));
    collect(late, { state, trees, outOfBag, control, report });
    return { trees, outOfBag };
  } finally {
    stopForest(state);
    for (const { worker, port } of helpers) {
      port.close();
      void worker.terminate();
    }
  }
}

function startHelper(job: Omit<ForestJob, "port">): Helper {
  const { port1, port2 } = new MessageChannel();
  // The compiled package has the same files as .js.
  const entry = new URL(
    import.meta.url.endsWith(".ts") ? "./forest-worker.ts" : "./forest-worker.js",
    import.meta.url,
  );
  // Flags about the main script (--eval, --input-type, --test, ...) would stop a worker from starting.
  const execArgv = process.execArgv.filter((flag) => flag.startsWith("--experimental-"));
  const workerData: ForestJob = { ...job, port: port2 };
  const worker = new Worker(entry, { name: "swarm-forest", execArgv, workerData, transferList: [port2] });
  // Errors reach this thread through the port or as silence; without a listener the event would end the process.
  worker.on("error", () => {});
  worker.unref();
  return { worker, port: port1, isDone: false };
}

interface Collection {
  readonly state: ForestState;
  readonly trees: GrownTree[];
  readonly outOfBag: OutOfBagSums | null;
  readonly control: Control;
  readonly report: () => void;
}

/** Waits, without the event loop, for the helpers' trees and sums. */
function collect(helpers: readonly Helper[], about: Collection): void {
  const { state, control } = about;
  let silence = 0;
  for (;;) {
    const seen = pulseCount(state);
    for (const helper of helpers) drain(helper, about);
    if (helpers.every(({ isDone }) => isDone)) return;
    control.throwIfCancelled();
    about.report();
    awaitPulse(state, seen, POLL_MILLISECONDS);
    silence = pulseCount(state) === seen ? silence + POLL_MILLISECONDS : 0;
    if (silence < SILENCE_MILLISECONDS) continue;
    throw new MlError(
      "out-of-memory",
      "A thread that helped to grow the forest has died, most likely for want of memory. Use fewer threads or rows.",
    );
  }
}

function drain(helper: Helper, { trees, outOfBag }: Collection): void {
  for (;;) {
    // The port's other end is forest-worker.ts.
    const received: { message: ForestMessage } | undefined = receiveMessageOnPort(helper.port);
    if (received === undefined) return;
    const { message } = received;
    if (message.kind === "failed") throw message.error;
    if (message.kind === "tree") trees[message.number] = message.tree;
    else {
      helper.isDone = true;
      if (outOfBag !== null && message.outOfBag !== null) mergeOutOfBag(outOfBag, message.outOfBag);
    }
  }
}
