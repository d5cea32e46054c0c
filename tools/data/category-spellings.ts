import type { Column } from "#lib/ml/index.ts";

/** Codes of one category under its several spellings, and the spelling that most rows use. */
export interface SpellingGroup {
  codes: number[];
  kept: number;
}

type Categories = Extract<Column, { readonly kind: "categorical" }>;

/** A column with more spellings is text rather than categories. */
const MOST_CATEGORIES = 1000;
/** In codes shorter than this, case may carry meaning: genotypes (AA, Aa, aa), units (mW, MW), elements (Co, CO). */
const SHORT_CODE = 4;
/** A short code is another's misspelling only when it is at most this rare beside it. */
const RARE_BESIDE = 0.1;

/**
 * Finds categories that differ only in case, outer and repeated spaces, or `_` and `-` for a space. Short codes that
 * differ in case are one category only when one of them is rare. A column with as many spellings as rows is text, not
 * categories, and is left alone.
 */
export function spellingGroups(column: Column): SpellingGroup[] {
  if (column.kind !== "categorical" || column.dictionary.length > MOST_CATEGORIES) return [];
  const counts = countsOf(column);
  const byForm = new Map<string, number[]>();
  for (const [code, spelling] of column.dictionary.entries()) {
    if ((counts[code] ?? 0) === 0) continue;
    const form = spaced(spelling).toLowerCase();
    byForm.set(form, [...(byForm.get(form) ?? []), code]);
  }
  return [...byForm].flatMap(([form, codes]) => {
    if (codes.length < 2) return [];
    const kept = codes.reduce((best, code) => ((counts[code] ?? 0) > (counts[best] ?? 0) ? code : best));
    const keptForm = spaced(column.dictionary[kept] ?? "");
    const same = codes.filter(
      (code) =>
        form.length >= SHORT_CODE ||
        spaced(column.dictionary[code] ?? "") === keptForm ||
        (counts[code] ?? 0) <= RARE_BESIDE * (counts[kept] ?? 0),
    );
    return same.length < 2 ? [] : [{ codes: same, kept }];
  });
}

/** One spelling for what spaces, `_` and `-` alone tell apart; case is kept. */
function spaced(spelling: string): string {
  return spelling
    .normalize("NFC")
    .trim()
    .replaceAll(/[\s_-]+/g, " ");
}

/** The column with one spelling a category, how many cells changed, and what became of each changed spelling. */
export function mendSpellings(column: Column): {
  column: Column;
  changed: number;
  renamed: ReadonlyMap<string, string>;
} {
  const groups = spellingGroups(column);
  if (groups.length === 0 || column.kind !== "categorical") return { column, changed: 0, renamed: new Map() };
  const target = column.dictionary.map((_, code) => code);
  for (const { codes, kept } of groups) for (const code of codes) target[code] = kept;
  const used = [...new Set(target)].sort((left, right) => left - right);
  const place = new Map(used.map((code, index) => [code, index]));
  const codes = new Int32Array(column.codes.length);
  let changed = 0;
  for (const [row, code] of column.codes.entries()) {
    const kept = code < 0 ? code : (target[code] ?? code);
    if (kept !== code) changed += 1;
    codes[row] = kept < 0 ? kept : (place.get(kept) ?? -1);
  }
  const text = (code: number): string => column.dictionary[code] ?? "";
  return {
    column: { ...column, codes, dictionary: used.map(text) },
    changed,
    renamed: new Map(target.flatMap((kept, code) => (kept === code ? [] : [[text(code), text(kept)]]))),
  };
}

function countsOf(column: Categories): number[] {
  const counts = column.dictionary.map(() => 0);
  for (const code of column.codes) if (code >= 0) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}
