import type { Event } from "#core/contract/event.ts";
import type { Result } from "#core/contract/failure.ts";
import type { PreparedTransaction } from "../rules/prepare-transaction.ts";
import type { Connection } from "./connection.ts";
import { sqliteFailure } from "./sqlite-failure.ts";

/**
 * Commits in the order of the calls. What is asked for in one turn of the event loop shares one transaction of the
 * database, each member in a savepoint of its own, so that a member that is refused takes nothing else with it.
 */
export interface CommitQueue {
  submit(transaction: PreparedTransaction): Promise<Result<Event[]>>;
  /** Commits what is waiting now. Whatever else reads or writes calls it first, and so keeps the order of calls. */
  flush(): void;
}

type Outcome = { result: Result<Event[]> } | { thrown: unknown };

interface Member {
  transaction: PreparedTransaction;
  settle(outcome: Outcome): void;
}

export function createCommitQueue(options: {
  connection: Connection;
  /** Throws a FailureError when this process must not write any more. */
  checkSchema: () => void;
  apply: (transaction: PreparedTransaction) => Result<Event[]>;
  announce: (events: readonly Event[]) => void;
}): CommitQueue {
  const { connection, checkSchema, apply, announce } = options;
  const { path, database, statement } = connection;
  let waiting: Member[] = [];
  let scheduled: NodeJS.Immediate | undefined;

  /** Bugs are kept apart from failures: the caller's promise rejects with them. */
  const outcomeOf = (thrown: unknown): Outcome => {
    const failure = sqliteFailure(thrown, path);
    return failure === undefined ? { thrown } : { result: { ok: false, failure } };
  };

  const attempt = (transaction: PreparedTransaction): Outcome => {
    try {
      return { result: apply(transaction) };
    } catch (thrown) {
      // After some errors (a full disk) the whole transaction is gone already, and with it the other members.
      if (!database.inTransaction) throw thrown;
      return outcomeOf(thrown);
    }
  };

  const attemptApart = (transaction: PreparedTransaction): Outcome => {
    statement("SAVEPOINT member").run();
    const outcome = attempt(transaction);
    if (!isKept(outcome)) statement("ROLLBACK TO member").run();
    statement("RELEASE member").run();
    return outcome;
  };

  const commitTogether = (transactions: readonly PreparedTransaction[]): Outcome[] => {
    const isFull = transactions.some((transaction) => transaction.durability === "full");
    const one = transactions.length === 1 ? attempt : attemptApart;
    const outcomes: Outcome[] = [];
    try {
      connection.begin(isFull ? "full" : "batched");
      checkSchema();
      for (const transaction of transactions) outcomes.push(one(transaction));
      if (outcomes.some(isKept)) connection.commit();
      else connection.rollback();
      return outcomes;
    } catch (thrown) {
      connection.rollback();
      const lost = outcomeOf(thrown);
      return transactions.map((_, index) => {
        const outcome = outcomes[index];
        return outcome === undefined || isKept(outcome) ? lost : outcome;
      });
    }
  };

  const flush = () => {
    clearImmediate(scheduled);
    scheduled = undefined;
    if (waiting.length === 0) return;
    const members = waiting;
    waiting = [];
    const outcomes = commitTogether(members.map((member) => member.transaction));
    announce(outcomes.flatMap((outcome) => (isKept(outcome) ? outcome.result.value : [])));
    for (const [index, member] of members.entries()) {
      const outcome = outcomes[index];
      if (outcome !== undefined) member.settle(outcome);
    }
  };

  return {
    flush,
    submit(transaction) {
      return new Promise((resolve, reject) => {
        waiting.push({
          transaction,
          settle: (outcome) => ("result" in outcome ? resolve(outcome.result) : reject(outcome.thrown)),
        });
        // A durable commit goes at the end of this turn's synchronous work, the rest when the turn is over.
        if (transaction.durability === "full") queueMicrotask(flush);
        else scheduled ??= setImmediate(flush);
      });
    },
  };
}

function isKept(outcome: Outcome): outcome is { result: { ok: true; value: Event[] } } {
  return "result" in outcome && outcome.result.ok;
}
