/** A number for people: up to four significant digits, thousands apart, no locale of the machine. */
export function formatNumber(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return "not recorded";
  if (!Number.isFinite(value)) return value > 0 ? "infinite" : "minus infinite";
  if (Number.isInteger(value) || Math.abs(value) >= 1000) return groupThousands(Math.round(value).toFixed(0));
  const size = Math.abs(value);
  if (size < 1e-4) return value.toExponential(2);
  const decimals = size >= 100 ? 1 : size >= 10 ? 2 : size >= 1 ? 3 : 4;
  return value.toFixed(decimals);
}

/** A number that somebody set (a limit, a threshold): as short as it was written, to six digits at most. */
export function formatSetting(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** `1 row`, `2 rows`, `1,200 rows` */
export function formatCount(count: number, noun: string): string {
  return `${formatNumber(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** A share between 0 and 1 as a percentage. */
export function formatShare(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? "not recorded" : `${(value * 100).toFixed(1)} %`;
}

/** `demographicParityDifference` as `demographic parity difference`; abbreviations stay in capitals. */
export function formatName(name: string): string {
  const known = ABBREVIATIONS.get(name.toLowerCase());
  if (known !== undefined) return known;
  return name
    .replaceAll("_", " ")
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .replaceAll(/\b(auc|roc|psi|ks|mae|mse|rmse|r2|f1|pr)\b/g, (word) => ABBREVIATIONS.get(word) ?? word);
}

/** The same as the head of a column or the first word of a row. */
export function formatTitle(name: string): string {
  const text = formatName(name);
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

const ABBREVIATIONS: ReadonlyMap<string, string> = new Map([
  ["auc", "AUC"],
  ["roc", "ROC"],
  ["psi", "PSI"],
  ["ks", "KS"],
  ["mae", "MAE"],
  ["mse", "MSE"],
  ["rmse", "RMSE"],
  ["r2", "R²"],
  ["f1", "F1"],
  ["pr", "PR"],
]);

function groupThousands(digits: string): string {
  return digits.replaceAll(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** `2026-01-01T08:30:00.000Z` as `2026-01-01 08:30:00 UTC`; anything else as it is. */
export function formatTime(iso: string): string {
  const match = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(?:\.\d+)?Z$/.exec(iso);
  return match === null ? iso : `${match[1]} ${match[2]} UTC`;
}
