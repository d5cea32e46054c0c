import type { MitigationCandidate } from "./mitigation-candidate.ts";

/**
 * Part of the limit that a method should meet on validation rows: what is met exactly there would miss it on other
 * rows about half the time.
 */
export const MARGIN = 0.6;
/** A milder method is not taken when it costs more of the main metric than this. */
export const DEAREST = 0.005;
/** So much accuracy a fairer candidate may cost: differences grow again on rows of another time or place. */
const TRIFLE = 0.005;

type Judged = Pick<MitigationCandidate, "method" | "value" | "accuracy" | "difference">;

/** Whether a candidate meets the limit with its margin and costs next to nothing of the main metric. */
export function isCheapAndFair(before: Judged, candidate: Judged, limit: number): boolean {
  return candidate.difference <= limit * MARGIN && before.value - candidate.value <= DEAREST;
}

/**
 * Chooses among mitigated candidates, given from the mildest to the strongest method. Reweighing is taken when it meets
 * the limit with its margin and costs next to nothing of the main metric; else the most accurate of those that meet the
 * limit with its margin, or a fairer one that is hardly less accurate; else whatever differs least, which may be the
 * model as it was.
 */
export function chooseCandidate<Candidate extends Judged>(
  before: Candidate,
  candidates: readonly Candidate[],
  limit: number,
): Candidate {
  const fair = candidates.filter((one) => one.difference <= limit * MARGIN);
  const mild = fair.find((one) => one.method === "reweighing" && isCheapAndFair(before, one, limit));
  if (mild !== undefined) return mild;
  const highest = Math.max(...fair.map((one) => one.accuracy));
  const accurate = fair.filter((one) => one.accuracy >= highest - TRIFLE);
  return fairest(accurate) ?? fairest([...candidates, before]) ?? before;
}

/** The first of those that differ least. */
function fairest<Candidate extends Judged>(candidates: readonly Candidate[]): Candidate | undefined {
  return candidates.toSorted((left, right) => left.difference - right.difference)[0];
}
