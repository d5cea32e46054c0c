import { compareCodePoints } from "../score/column.ts";
import type { Feature } from "../score/feature.ts";
import type { Model } from "../score/model-file.ts";
import type { Encoder, Preparation } from "../score/preparation.ts";

export interface JoinedPreparation {
  readonly preparation: Preparation;
  readonly features: readonly Feature[];
  /** For each model the places of its matrix columns in the joined matrix. */
  readonly columns: readonly (readonly number[])[];
}

/** One preparation that makes the columns of all models; a column that several models read is made once. */
export function joinPreparations(models: readonly Model[]): JoinedPreparation {
  const encoders: Encoder[] = [];
  const places = new Map<string, number>();
  const columns = models.map(({ preparation }) =>
    preparation.encoders.map((encoder) => {
      const key = JSON.stringify(encoder);
      const known = places.get(key);
      if (known !== undefined) return known;
      places.set(key, encoders.length);
      encoders.push(encoder);
      return encoders.length - 1;
    }),
  );
  const features = new Map<string, Feature>();
  for (const feature of models.flatMap((model) => model.features)) {
    features.set(feature.name, joined(features.get(feature.name), feature));
  }
  // What is made before encoding depends on the training rows alone, which all models share.
  return {
    preparation: { ...models[0]!.preparation, target: "trees", encoders },
    features: [...features.values()],
    columns,
  };
}

function joined(known: Feature | undefined, feature: Feature): Feature {
  if (known?.kind !== "categorical" || feature.kind !== "categorical") return feature;
  const categories = [...new Set([...known.categories, ...feature.categories])].toSorted(compareCodePoints);
  return { ...feature, categories };
}
