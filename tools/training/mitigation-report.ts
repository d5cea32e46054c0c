import type { FairnessConstraint, Model } from "#lib/ml/index.ts";
import { MINIMAL_GROUP } from "../engine/judged-fairness.ts";
import type { GroupRates, MitigationCandidate } from "./mitigation-candidate.ts";

/**
 * Regulation (EU) 2016/679 art. 9 and 22, 12 CFR 1002.4 to 1002.5 (credit) and 42 U.S.C. 2000e-2(l) (test scores in
 * employment) are where the sentence comes from.
 */
const LEGAL_NOTE =
  "before use a reviewer has to settle with counsel whether people may be decided on by their group at all (it counts as disparate treatment in credit, employment and housing in some countries, even where it is meant to help), and whether there is a legal basis, such as explicit consent, for collecting and storing the protected values of everyone the model decides on";

const CONSTRAINED_WORDS = {
  "demographic-parity": "demographic parity difference",
  "equal-opportunity": "equal opportunity difference",
  "equalized-odds": "equalized odds difference",
} as const satisfies Record<FairnessConstraint, string>;

interface Change {
  before: number | null;
  after: number | null;
}

/** One group's rates under the model as it was and under the chosen one; null where no row defines a rate. */
export interface GroupChange {
  attribute: string;
  group: string;
  rows: number;
  selectionRate: Change;
  truePositiveRate: Change;
  accuracy: Change;
}

/** What the chosen model gained or lost over all rows; below 0 it is worse. */
export function mitigationCost(before: MitigationCandidate, chosen: MitigationCandidate) {
  return {
    metric: chosen.metric,
    metricChange: chosen.value - before.value,
    accuracyChange: chosen.accuracy - before.accuracy,
  };
}

/** Every group's rates before and after. */
export function groupChanges(before: MitigationCandidate, chosen: MitigationCandidate): GroupChange[] {
  return chosen.groups.map((after) => {
    const earlier = before.groups.find(
      ({ attribute, group }) => attribute === after.attribute && group === after.group,
    );
    const change = (name: "selectionRate" | "truePositiveRate" | "accuracy"): Change => ({
      before: earlier?.[name] ?? null,
      after: after[name],
    });
    return {
      attribute: after.attribute,
      group: after.group,
      rows: after.rows,
      selectionRate: change("selectionRate"),
      truePositiveRate: change("truePositiveRate"),
      accuracy: change("accuracy"),
    };
  });
}

/** What people must know before they use the chosen model, in sentences. */
export function mitigationNotes(
  before: MitigationCandidate,
  chosen: MitigationCandidate,
  {
    model,
    limit,
    ...about
  }: { model: Model; limit: number; constraint: FairnessConstraint; protected: readonly string[] },
): string[] {
  const notes: string[] = [];
  const { difference } = chosen;
  const constrained = CONSTRAINED_WORDS[about.constraint];
  if (chosen.method === "none") {
    notes.push(
      `no method made the ${constrained} smaller than it is (${difference.toFixed(3)}); the model stays as it is`,
    );
  } else {
    notes.push(
      `${chosen.method} on the validation part: ${constrained} ${before.difference.toFixed(3)} to ${difference.toFixed(3)}, ${chosen.metric} ${signed(chosen.value - before.value)}, accuracy ${signed(chosen.accuracy - before.accuracy)}`,
    );
    const worse = loser(before.groups, chosen.groups);
    if (worse !== undefined) notes.push(worse);
  }
  if (difference > limit) {
    notes.push(
      `the limit ${limit} is not met on the validation part; what differs least was kept. Use other features, collect more rows of the small groups, or ask for a waiver`,
    );
  }
  if (model.decision.kind === "group-thresholds") {
    const columns = model.decision.columns.map(({ feature }) => feature.name).join(", ");
    notes.push(
      `group thresholds need ${columns} at serving time: the served model decides by group and has to be given it with every row; rows without, or of a group that the validation part did not have, are decided at ${model.decision.fallback}`,
      LEGAL_NOTE,
    );
  }
  if (chosen.method === "reductions") {
    notes.push(
      "reductions train for decisions, not for chances: the scores rank and decide, but are no calibrated probabilities; calibrate the model before anyone reads them as such",
    );
  }
  if (chosen.method === "correlation-removal") {
    notes.push(
      `the model's features are what ${about.protected.join(", ")} does not tell of them: it has to be given ${about.protected.join(", ")} with every row at serving time`,
      LEGAL_NOTE,
    );
  }
  return notes;
}

/** The protected columns that the model has to be given to decide. */
export function neededToDecide({ decision, features }: Model, audited: readonly string[]): string[] {
  const decided =
    decision.kind === "group-thresholds" ? decision.columns.map(({ feature }) => feature.name) : [];
  const read = features.map((feature) => feature.name).filter((name) => audited.includes(name));
  return [...new Set([...decided, ...read])];
}

/** The group whose decisions became least accurate, if any of those that can be judged did by more than a trifle. */
function loser(before: readonly GroupRates[], after: readonly GroupRates[]): string | undefined {
  let worst: { group: GroupRates; change: number } | undefined;
  for (const group of after) {
    if (group.rows < MINIMAL_GROUP) continue;
    const earlier = before.find((one) => one.attribute === group.attribute && one.group === group.group);
    const change = group.accuracy - (earlier?.accuracy ?? group.accuracy);
    if (change < -0.005 && (worst === undefined || change < worst.change)) worst = { group, change };
  }
  return worst === undefined
    ? undefined
    : `it costs most where ${worst.group.attribute} is ${worst.group.group} (${worst.group.rows} rows): accuracy ${signed(worst.change)}`;
}

const signed = (change: number): string => `${change < 0 ? "-" : "+"}${Math.abs(change).toFixed(4)}`;
