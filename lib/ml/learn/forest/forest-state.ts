/** What the threads that grow a forest share beside the rows: a few counters. */
export interface ForestState {
  /** The counters, in shared memory. */
  readonly words: Int32Array;
  readonly treeCount: number;
}

const NEXT_TREE = 0;
const DONE_TREES = 1;
const STOPPED = 2;
const PULSE = 3;
const FIRST_SEAT = 4;

export function createForestState(treeCount: number, seats: number): ForestState {
  return { words: new Int32Array(new SharedArrayBuffer(4 * (FIRST_SEAT + seats))), treeCount };
}

/** The number of the next tree, handed out once; null when all are. */
export function takeTree({ words, treeCount }: ForestState): number | null {
  const tree = Atomics.add(words, NEXT_TREE, 1);
  return tree < treeCount ? tree : null;
}

/** Counts a tree that is grown; returns how many are. */
export function countTree({ words }: ForestState): number {
  return Atomics.add(words, DONE_TREES, 1) + 1;
}

export function doneTrees({ words }: ForestState): number {
  return Atomics.load(words, DONE_TREES);
}

/** Asks all threads to stop. */
export function stopForest({ words }: ForestState): void {
  Atomics.store(words, STOPPED, 1);
}

export function isStopped({ words }: ForestState): boolean {
  return Atomics.load(words, STOPPED) === 1;
}

/** Shows that a thread is alive, and wakes the one that waits. */
export function pulse({ words }: ForestState): void {
  Atomics.add(words, PULSE, 1);
  Atomics.notify(words, PULSE);
}

export function pulseCount({ words }: ForestState): number {
  return Atomics.load(words, PULSE);
}

/** Waits for a pulse after `seen`, at most so long. */
export function awaitPulse({ words }: ForestState, seen: number, milliseconds: number): void {
  Atomics.wait(words, PULSE, seen, milliseconds);
}

/** A thread takes its seat, once; false when the work was done before it came. */
export function takeSeat({ words }: ForestState, seat: number): boolean {
  return Atomics.compareExchange(words, FIRST_SEAT + seat, 0, 1) === 0;
}

/** Closes a seat that nobody has taken; false when somebody has. */
export function closeSeat({ words }: ForestState, seat: number): boolean {
  return Atomics.compareExchange(words, FIRST_SEAT + seat, 0, 2) === 0;
}
