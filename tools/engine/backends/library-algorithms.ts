/**
 * Algorithms of the field's own libraries, by names that tell whose they are; a training backend has to be installed for
 * them. Their hyperparameters go by the library's own names.
 */
export const LIBRARY_ALGORITHMS = [
  "lightgbm",
  "xgboost",
  "sklearn-random-forest",
  "sklearn-logistic-regression",
  "sklearn-hist-gradient-boosting",
] as const;
export type LibraryAlgorithm = (typeof LIBRARY_ALGORITHMS)[number];

export const isLibraryAlgorithm = (name: string): name is LibraryAlgorithm =>
  LIBRARY_ALGORITHMS.some((known) => known === name);
