/** Places times on a line of length 1. Time in which nobody worked can be folded to a narrow gap. */
export interface TimeScale {
  /** 0 at the start, 1 at the end; times outside are clamped. */
  place: (time: number) => number;
  /** The folded stretches, as places. */
  folds: { from: number; to: number; milliseconds: number }[];
  /** Milliseconds that the line stands for, folded ones not counted. */
  shownMs: number;
}

export interface TimeScaleOptions {
  from: number;
  to: number;
  /** Stretches to fold, in order and apart from each other. */
  folded: readonly { from: number; to: number }[];
}

/** A folded stretch takes this share of the time that is shown. */
const FOLD_SHARE = 0.03;

export function createTimeScale({ from, to, folded }: TimeScaleOptions): TimeScale {
  const span = Math.max(1, to - from);
  const cuts = folded
    .map((cut) => ({ from: Math.max(from, cut.from), to: Math.min(to, cut.to) }))
    .filter((cut) => cut.to > cut.from);
  const hidden = cuts.reduce((sum, cut) => sum + cut.to - cut.from, 0);
  const shownMs = Math.max(1, span - hidden);
  // A stretch shorter than its gap would be is left as it is.
  const gapMs = shownMs * FOLD_SHARE;
  const kept = cuts.filter((cut) => cut.to - cut.from > gapMs);
  const keptHidden = kept.reduce((sum, cut) => sum + cut.to - cut.from, 0);
  const total = span - keptHidden + kept.length * gapMs;

  const offset = (time: number): number => {
    const clamped = Math.min(to, Math.max(from, time));
    let at = clamped - from;
    for (const cut of kept) {
      if (clamped >= cut.to) at -= cut.to - cut.from - gapMs;
      else if (clamped > cut.from) at -= (clamped - cut.from) * (1 - gapMs / (cut.to - cut.from));
    }
    return at;
  };
  const place = (time: number): number => offset(time) / total;
  return {
    place,
    folds: kept.map((cut) => ({ from: place(cut.from), to: place(cut.to), milliseconds: cut.to - cut.from })),
    shownMs: total,
  };
}

const STEPS_MS = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000,
  600_000, 900_000, 1_800_000, 3_600_000, 7_200_000, 21_600_000, 43_200_000, 86_400_000,
];

/** Round offsets from the start, at most about `count` of them. */
export function ticksOf(spanMs: number, count: number): number[] {
  const step =
    STEPS_MS.find((one) => spanMs / one <= count) ?? 86_400_000 * Math.ceil(spanMs / count / 86_400_000);
  return Array.from({ length: Math.floor(spanMs / step) + 1 }, (_, index) => index * step);
}
