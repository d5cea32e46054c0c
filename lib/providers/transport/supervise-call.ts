import type { Clock } from "#core/contract/clock.ts";
import { type Failure, FailureError, failure, failureFrom } from "#core/contract/failure.ts";
import type { ProviderEvent, TerminalProviderEvent, Usage } from "#core/contract/provider.ts";
import type { CallTimeouts } from "./call-timeouts.ts";
import type { Fetch } from "./connection-pool.ts";
import { createWatchdog, type Watchdog } from "./watchdog.ts";
import { createWatchedFetch } from "./watched-fetch.ts";

/** Turns a vendor's pieces into our events. Pure: it reads no clock and does no I/O. */
export interface AnswerAssembler<Piece> {
  /** Deltas, and last the terminal event if this piece completes the answer. Throws FailureError for nonsense. */
  accept(piece: Piece): ProviderEvent[];
  /** The stream ended without a terminal event: the answer if the protocol ends so, else a failure. */
  end(): TerminalProviderEvent;
  /** What the vendor has counted so far, for calls that fail half-way. */
  usage(): Usage | undefined;
}

/** A request in the vendor's words: how to send it and how to read the answer. */
export interface PreparedCall<Piece> {
  /** Starts the call with this fetch and signal. */
  open(wire: { fetch: Fetch; signal: AbortSignal }): Promise<AsyncIterable<Piece>>;
  assembler: AnswerAssembler<Piece>;
}

export interface SupervisedCall<Piece> {
  /** Names the provider in messages. */
  provider: string;
  signal: AbortSignal;
  clock: Clock;
  timeouts: CallTimeouts;
  fetch: Fetch;
  prepare(): PreparedCall<Piece>;
  /** Reads whatever the SDK throws. */
  failureOf(thrown: unknown): Failure;
}

/** After the answer is complete: how long to wait for the stream's own end, which frees the connection. */
const TAIL_MS = 250;

/**
 * Runs one vendor call under limits and gives its events: deltas, then exactly one terminal event. Never throws.
 * A reader that stops early, an aborted signal and every limit end the call at once, even where the SDK would
 * not notice.
 */
export async function* superviseCall<Piece>(call: SupervisedCall<Piece>): AsyncGenerator<ProviderEvent> {
  const watchdog = createWatchdog(call);
  let prepared: PreparedCall<Piece> | undefined;
  let pieces: AsyncIterator<Piece> | undefined;
  let terminal: TerminalProviderEvent | undefined;
  let hasEnded = false;
  const watched = createWatchedFetch(call.fetch, () => watchdog.touch());
  try {
    watchdog.signal.throwIfAborted();
    prepared = ours(() => call.prepare());
    const { assembler } = prepared;
    const opened = prepared.open({ fetch: watched.fetch, signal: watchdog.signal });
    pieces = (await orAborted(opened, watchdog.signal))[Symbol.asyncIterator]();
    while (terminal === undefined) {
      const step = await orAborted(pieces.next(), watchdog.signal);
      const events = ours(() => (step.done === true ? [assembler.end()] : assembler.accept(step.value)));
      for (const event of events) {
        if (event.type === "finished" || event.type === "failed") {
          terminal = event;
          break;
        }
        watchdog.pause();
        yield event;
        watchdog.resume();
        watchdog.signal.throwIfAborted();
      }
    }
    hasEnded = await readTail(pieces, () => watched.ended(), { clock: call.clock, signal: watchdog.signal });
  } catch (thrown) {
    terminal ??= failed(failureOfCall(call, watchdog, thrown), prepared?.assembler.usage());
  } finally {
    watchdog.stop(hasEnded ? "ended" : "abandoned");
    // Not awaited: an SDK may wait here for a stream that will never move again.
    if (!hasEnded) pieces?.return?.().catch(() => undefined);
  }
  yield terminal;
}

/** What our own code throws is nonsense from the vendor that it names, or a defect; never blamed on the network. */
function ours<Value>(work: () => Value): Value {
  try {
    return work();
  } catch (thrown) {
    throw new FailureError(failureFrom(thrown), { cause: thrown });
  }
}

function failureOfCall<Piece>(call: SupervisedCall<Piece>, watchdog: Watchdog, thrown: unknown): Failure {
  if (call.signal.aborted) return failure("cancelled", `the call to ${call.provider} was cancelled`);
  const limit = watchdog.reached();
  if (limit === undefined) {
    return thrown instanceof FailureError ? thrown.failure : call.failureOf(thrown);
  }
  const milliseconds = call.timeouts[limit];
  const what = {
    firstByteMs: "sent nothing",
    idleMs: "fell silent in the middle of its answer",
    totalMs: "did not finish its answer",
  }[limit];
  return failure(
    "timed-out",
    `${call.provider} ${what} within ${milliseconds} ms; try again or raise ${limit}`,
    {
      retryable: true,
      details: { limit, milliseconds },
    },
  );
}

function failed(reason: Failure, usage: Usage | undefined): TerminalProviderEvent {
  return { type: "failed", failure: reason, ...(usage === undefined ? {} : { usage }) };
}

/**
 * Reads on to the end of a stream whose answer is complete, which frees the connection for the next call. False
 * when it does not end soon. What goes wrong now no longer matters.
 */
async function readTail(
  pieces: AsyncIterator<unknown>,
  bodyEnded: () => Promise<void>,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<boolean> {
  const enough = new AbortController();
  const timer = new AbortController();
  clock.sleep(TAIL_MS, timer.signal).then(
    () => enough.abort(),
    () => undefined, // the stream ended first
  );
  const both = AbortSignal.any([signal, enough.signal]);
  try {
    while ((await orAborted(pieces.next(), both)).done !== true);
    await orAborted(bodyEnded(), both);
    return true;
  } catch {
    return false;
  } finally {
    timer.abort();
  }
}

/** Rejects as soon as the signal aborts, whether or not the promise ever settles. */
function orAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason as Error); // ours, or the caller's own reason
    if (signal.aborted) {
      promise.catch(() => undefined);
      abort();
      return;
    }
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
