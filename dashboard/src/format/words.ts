/** `snake_case`, `kebab-case` and `camelCase` names as words: `Equal opportunity difference`. */
export function toWords(name: string): string {
  const words = name
    .replaceAll(/[_-]+/g, " ")
    .replaceAll(/([a-z\d])([A-Z])/g, (_, left: string, right: string) => `${left} ${right.toLowerCase()}`)
    .trim();
  return words === "" ? name : words.charAt(0).toUpperCase() + words.slice(1);
}

/** Names of metrics that are no words. */
const abbreviations = new Set(["auc", "rmse", "mae", "mape", "r2", "f1", "ks", "psi", "mse", "roc"]);

/** A metric's name as people write it: `AUC`, `R²`, `Log loss`. */
export function metricName(name: string): string {
  if (name === "r2") return "R²";
  return abbreviations.has(name.toLowerCase()) ? name.toUpperCase() : toWords(name);
}

/** `1 event`, `2 events` */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;

/** The first characters of a digest, enough to tell two apart. */
export const shortDigest = (digest: string): string => digest.slice(0, 10);
