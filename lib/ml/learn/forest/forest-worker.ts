import { workerData, type MessagePort } from "node:worker_threads";
import { cancelledError } from "../../control.ts";
import type { ForestRows } from "./forest-rows.ts";
import { countTree, isStopped, pulse, takeSeat, takeTree, type ForestState } from "./forest-state.ts";
import type { ForestPlan } from "./grow-forest-tree.ts";
import { growTrees } from "./grow-trees.ts";
import type { GrownTree } from "./grown-tree.ts";
import type { OutOfBagSums } from "./out-of-bag.ts";

/** The entry of a thread that helps to grow one forest and then ends. */

export interface ForestJob {
  readonly data: ForestRows;
  readonly plan: ForestPlan;
  readonly state: ForestState;
  readonly seat: number;
  readonly port: MessagePort;
}

export type ForestMessage =
  | { readonly kind: "tree"; readonly number: number; readonly tree: GrownTree }
  | { readonly kind: "done"; readonly outOfBag: OutOfBagSums | null }
  | { readonly kind: "failed"; readonly error: unknown };

function work({ data, plan, state, seat, port }: ForestJob): void {
  if (!takeSeat(state, seat)) return;
  const send = (message: ForestMessage): void => {
    port.postMessage(message, []);
    pulse(state);
  };
  try {
    const outOfBag = growTrees(data, plan, {
      take: () => takeTree(state),
      checkpoint: () => {
        if (isStopped(state)) throw cancelledError();
        pulse(state);
      },
      keep: (number, tree) => {
        countTree(state);
        send({ kind: "tree", number, tree });
      },
    });
    send({ kind: "done", outOfBag });
  } catch (error) {
    send({ kind: "failed", error });
  }
}

// Only forest-threads.ts starts this file, with a job.
work(workerData as ForestJob);
