import type { Clock } from "#core/contract/clock.ts";
import type { StreamMessage } from "../contract/stream.ts";

/** The sending half of a socket. `bufferedBytes` grows when the client reads more slowly than the run writes. */
export interface SocketSink {
  send(text: string): void;
  bufferedBytes(): number;
  close(code: number, reason: string): void;
}

export interface SenderLimits {
  /** No more than this and one message waits in memory for a client; the rest waits in the log. */
  maxBufferedBytes: number;
  /** A client that takes nothing for this long is dropped; it comes back after the last event it has. */
  stallMs: number;
}

export const senderLimits: SenderLimits = { maxBufferedBytes: 1024 * 1024, stallMs: 30_000 };

const POLL_MS = 20;

export interface Sender {
  /** Sends when there is room, waiting for it; false when the socket is gone or its client was dropped. */
  send(message: StreamMessage): Promise<boolean>;
  /** Sends if there is room now; for what counts only at this moment. */
  offer(message: StreamMessage): void;
}

/** Paces what goes over a socket by what its client takes, so that a slow one costs a bounded amount of memory. */
export function createSender(
  sink: SocketSink,
  options: { clock: Clock; signal: AbortSignal; limits?: SenderLimits },
): Sender {
  const { clock, signal, limits = senderLimits } = options;

  const waitForRoom = async (): Promise<boolean> => {
    let least = sink.bufferedBytes();
    let since = clock.now();
    for (;;) {
      const waiting = sink.bufferedBytes();
      if (waiting <= limits.maxBufferedBytes) return true;
      if (waiting < least) {
        least = waiting;
        since = clock.now();
      }
      if (clock.now() - since > limits.stallMs) {
        sink.close(1013, "nothing was read for too long; reconnect after the last event you have");
        return false;
      }
      try {
        await clock.sleep(POLL_MS, signal);
      } catch {
        return false;
      }
    }
  };

  return {
    async send(message) {
      if (signal.aborted) return false;
      if (sink.bufferedBytes() > limits.maxBufferedBytes && !(await waitForRoom())) return false;
      sink.send(JSON.stringify(message));
      return true;
    },
    offer(message) {
      if (signal.aborted || sink.bufferedBytes() > limits.maxBufferedBytes) return;
      sink.send(JSON.stringify(message));
    },
  };
}
