import { getColumn, type Frame } from "../frame/frame.ts";
import { featureOfColumn } from "../prepare/feature-of-column.ts";
import type { Engineering } from "../score/engineering.ts";
import type { Feature } from "../score/feature.ts";
import { rawSourcesOf } from "./trace-sources.ts";

/**
 * What a model has to be given to know the named features, some of which are made: the raw ones first, then raw columns
 * that are only read to make others.
 */
export function rawFeatures(
  training: Frame,
  engineering: Engineering,
  features: readonly Feature[],
): Feature[] {
  const made = new Set(engineering.steps.flatMap((step) => step.outputs));
  const raw = features.filter((feature) => !made.has(feature.name));
  const names = new Set(raw.map((feature) => feature.name));
  for (const feature of features) {
    for (const source of rawSourcesOf(engineering, feature.name)) {
      if (names.has(source)) continue;
      names.add(source);
      raw.push(featureOfColumn(getColumn(training, source)));
    }
  }
  return raw;
}
