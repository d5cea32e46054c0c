/** Milliseconds to wait before the next try: doubling from half a second to at most 15 s, with half of it jitter. */
export function backoffMs(failedTries: number, random: () => number): number {
  const full = Math.min(15_000, 500 * 2 ** Math.min(failedTries, 10));
  return Math.round(full / 2 + (full / 2) * random());
}
