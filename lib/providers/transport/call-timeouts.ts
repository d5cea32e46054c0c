/** Limits of one model call in milliseconds. Time in which the reader does not ask for more is not counted. */
export interface CallTimeouts {
  /** From the request to the first byte of the answer's body. */
  firstByteMs: number;
  /** Between two pieces of the answer; a vendor's keep-alive pings count as pieces. */
  idleMs: number;
  /** The whole call, whatever happens in it. */
  totalMs: number;
}

/** What a provider takes; the limit for connecting belongs to its connections. */
export interface ProviderTimeouts extends CallTimeouts {
  /** Until a connection stands, TLS included. */
  connectMs: number;
}

/** Generous: deep models think for minutes before the first word, and not every vendor pings meanwhile. */
export const defaultTimeouts: ProviderTimeouts = {
  connectMs: 10_000,
  firstByteMs: 120_000,
  idleMs: 180_000,
  totalMs: 1_200_000,
};
