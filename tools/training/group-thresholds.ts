import type { ToolContext } from "#core/contract/tool-definition.ts";
import {
  type FairnessConstraint,
  filterRows,
  type Frame,
  groupRows,
  type Model,
  type ProtectedAttribute,
} from "#lib/ml/index.ts";
import { MINIMAL_GROUP } from "../engine/judged-fairness.ts";
import { crossedAttribute } from "../engine/protected-attributes.ts";
import { runTask } from "../engine/run-task.ts";
import { MARGIN } from "./choose-candidate.ts";
import { judgeCandidate, type MitigationCandidate } from "./mitigation-candidate.ts";

/** One way of fitting thresholds, and what came of it. */
export interface ThresholdTrial {
  /** Largest difference allowed between crossed groups while fitting. */
  window: number;
  /** Crossed groups with fewer rows keep the model's one threshold. */
  smallestGroup: number;
  candidate: MitigationCandidate;
}

/** Windows tried, as parts of the limit. */
const WINDOWS = [MARGIN / 2, MARGIN, 0.8, 1, 1.4, 2];

/**
 * Fits one threshold per crossed group of the protected columns, in several widths of the window that all groups'
 * rates must lie in. Each protected column is audited alone, and an average over crossed groups differs less
 * than they do, so a window wider than the limit often meets it at less cost in accuracy.
 */
export async function tryGroupThresholds(
  context: ToolContext,
  model: Model,
  about: {
    validation: Frame;
    protected: readonly string[];
    constraint: FairnessConstraint;
    limit: number;
  },
): Promise<ThresholdTrial[]> {
  const { validation, limit } = about;
  const attribute = crossedAttribute(validation, about.protected, model);
  const large = rowsOfLargeGroups(validation, attribute);
  const samples = [
    { frame: validation, smallestGroup: 1 },
    ...(large === undefined ? [] : [{ frame: large, smallestGroup: MINIMAL_GROUP }]),
  ];
  const trials: ThresholdTrial[] = [];
  for (const { frame, smallestGroup } of samples) {
    for (const part of WINDOWS) {
      const window = Math.min(1, part * limit);
      const fitted = await runTask(context, "fit-group-thresholds", {
        model,
        frame,
        options: { attribute, constraint: about.constraint, maximalDifference: window },
      });
      const candidate = await judgeCandidate(context, fitted.model, {
        ...about,
        method: "group-thresholds",
      });
      trials.push({ window, smallestGroup, candidate });
      // Wider windows only differ more.
      if (candidate.difference > 2 * limit) break;
    }
  }
  return trials;
}

/** The rows whose crossed group is large enough to fit a threshold on; undefined when that is all or next to none. */
function rowsOfLargeGroups(frame: Frame, attribute: ProtectedAttribute): Frame | undefined {
  const { codes, labels } = groupRows(frame.columns, attribute, frame.rowCount);
  const counts = new Int32Array(labels.length);
  for (const code of codes) counts[code] = (counts[code] ?? 0) + 1;
  const large = counts.filter((count) => count >= MINIMAL_GROUP).length;
  if (large < 2 || large === labels.length) return undefined;
  return filterRows(frame, (row) => (counts[codes[row] ?? 0] ?? 0) >= MINIMAL_GROUP);
}
