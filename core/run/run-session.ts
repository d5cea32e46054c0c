import type { Actor, Role } from "#core/contract/actor.ts";
import type { Event, NewEvent, PayloadRef, StreamRef } from "#core/contract/event.ts";
import { readJsonPayload } from "#core/contract/event-log.ts";
import { FailureError } from "#core/contract/failure.ts";
import type { JsonValue } from "#core/contract/json.ts";
import type { LeaseToken } from "#core/contract/lease.ts";
import type { RunRequest } from "#core/contract/run-request.ts";
import { narrowRunEvent, type RunEvent, readRunEvent } from "#core/events/run-event.ts";
import { evolveRun } from "#core/events/fold-run.ts";
import type { CallState, RunState } from "#core/events/run-state.ts";
import type { TurnMessages } from "./conversation.ts";
import type { Runtime } from "./runtime.ts";

/**
 * One driver's hold on one stream of run events: the folded state, the only way to append, and the two signals
 * that end work. `state` is owned by the session and changes with every append.
 */
export interface RunSession {
  runtime: Runtime;
  stream: StreamRef;
  state: RunState;
  /** Undefined for calls by hand, which belong to no run. */
  request: RunRequest | undefined;
  role: Role;
  /** Aborts when the run is cancelled: running work ends and its end is recorded. */
  cancelled: AbortSignal;
  /** Aborts when this process lets go (shutdown, lost lease): nothing more is recorded, somebody resumes later. */
  detached: AbortSignal;
  /** Either of the two: what every wait and every tool listens to. */
  signal: AbortSignal;
  /** Messages of finished turns by their commitment: a conversation is put together again in every turn. */
  turnMessages: Map<string, TurnMessages>;
  /** What hook handlers remember within this drive. */
  hookMemory: Map<string, unknown>;
  /** Appends and folds. Throws DetachedError when the lease is lost, FailureError when the store fails. */
  append(events: NewEvent[], durability?: "full" | "batched"): Promise<Event[]>;
  /** Folds what others appended (answers at gates, cancel requests). True when there was something. */
  sync(): Promise<boolean>;
  /** Runs the agent that a handover call names; given by the agent loop, refused for calls by hand. */
  delegate: Delegate;
  /** Reads a JSON payload, remembering it: a conversation is read again in every turn. */
  payload(ref: PayloadRef): Promise<unknown>;
}

/** Thrown through a drive when this process must stop without recording anything more. */
export class DetachedError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = "DetachedError";
  }
}

export const systemActor = (part: string): Actor => ({ kind: "system", id: part });
export const agentActor = (agent: string): Actor => ({ kind: "agent", id: agent });

/** Payloads kept in memory per session; the oldest go first. */
const PAYLOAD_CACHE_SIZE = 2000;

export type Delegate = (call: CallState, input: JsonValue) => Promise<"ended" | "waiting">;

export function createRunSession(options: {
  runtime: Runtime;
  stream: StreamRef;
  state: RunState;
  request: RunRequest | undefined;
  role: Role;
  cancelled: AbortSignal;
  detached: AbortSignal;
  lease: (() => LeaseToken) | undefined;
  /** Sees every event folded in, in order; must not throw. */
  onEvents?: (events: readonly Event[]) => void;
  delegate: (session: RunSession) => Delegate;
}): RunSession {
  const { runtime, stream } = options;
  const cache = new Map<string, unknown>();
  let queue: Promise<unknown> = Promise.resolve();

  const foldIn = (events: readonly Event[], read: (event: Event) => RunEvent): void => {
    const fresh = events.filter((event) => event.seq > session.state.lastSeq);
    for (const event of fresh) session.state = evolveRun(session.state, read(event));
    if (fresh.length > 0) options.onEvents?.(fresh);
  };
  const catchUp = async (): Promise<boolean> => {
    const missed = await runtime.stores.log.read(stream, { afterSeq: session.state.lastSeq });
    foldIn(missed, readRunEvent);
    return missed.length > 0;
  };
  // What was just written is read again in the next turn.
  const remember = (ref: PayloadRef, value: unknown): void => {
    cache.set(ref.commitment, value);
    if (cache.size <= PAYLOAD_CACHE_SIZE) return;
    const oldest = cache.keys().next();
    if (oldest.done !== true) cache.delete(oldest.value);
  };
  // Appends of parallel branches run one after the other: the fold must see them in the order of the log.
  const inOrder = <Value>(work: () => Promise<Value>): Promise<Value> => {
    const next = queue.then(work, work);
    queue = next.catch(() => undefined);
    return next;
  };

  const session: RunSession = {
    runtime,
    stream,
    state: options.state,
    request: options.request,
    role: options.role,
    cancelled: options.cancelled,
    detached: options.detached,
    signal: AbortSignal.any([options.cancelled, options.detached]),
    turnMessages: new Map(),
    hookMemory: new Map(),
    append: (events, durability = "batched") =>
      inOrder(async () => {
        if (options.detached.aborted) throw new DetachedError("this process has let the run go");
        const lease = options.lease?.();
        const committed = await runtime.stores.log.commit({
          appends: [{ stream, events }],
          durability,
          ...(lease === undefined ? {} : { fence: lease }),
        });
        if (!committed.ok) {
          if (committed.failure.code === "lease-lost") throw new DetachedError(committed.failure.message);
          throw new FailureError(committed.failure);
        }
        const first = committed.value[0];
        if (first !== undefined && first.seq > session.state.lastSeq + 1) await catchUp();
        for (const [index, { payloadRef }] of committed.value.entries()) {
          const payload = events[index]?.payload;
          if (payloadRef !== undefined && payload !== undefined && "json" in payload)
            remember(payloadRef, payload.json);
        }
        foldIn(committed.value, narrowRunEvent);
        return committed.value;
      }),
    delegate: (call, input) => options.delegate(session)(call, input),
    sync: () => inOrder(catchUp),
    async payload(ref) {
      if (cache.has(ref.commitment)) return cache.get(ref.commitment);
      const read = await readJsonPayload(runtime.stores.payloads, ref);
      if (!read.ok) throw new FailureError(read.failure);
      remember(ref, read.value);
      return read.value;
    },
  };
  return session;
}
