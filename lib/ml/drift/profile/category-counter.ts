import {
  cellText,
  columnLength,
  compareCodePoints,
  MISSING_BOOLEAN,
  type Column,
} from "../../score/column.ts";

/** Unknown categories that are counted by name; of more, those first by code point, the rest together. */
const MOST_UNSEEN = 1000;

/** How often each text occurs in a column that is not of numbers, and how many rows have none. */
export function tallyTexts(column: Column): {
  readonly counts: Map<string, number>;
  readonly missing: number;
} {
  const counts = new Map<string, number>();
  if (column.kind === "categorical") {
    const byCode = new Float64Array(column.dictionary.length + 1);
    for (const code of column.codes) byCode[code + 1]!++;
    for (const [code, text] of column.dictionary.entries()) {
      if (byCode[code + 1]! > 0) counts.set(text, (counts.get(text) ?? 0) + byCode[code + 1]!);
    }
    return { counts, missing: byCode[0]! };
  }
  if (column.kind === "boolean") {
    const byValue = new Float64Array(MISSING_BOOLEAN + 1);
    for (const value of column.values) byValue[value]!++;
    if (byValue[0]! > 0) counts.set("false", byValue[0]!);
    if (byValue[1]! > 0) counts.set("true", byValue[1]!);
    return { counts, missing: byValue[MISSING_BOOLEAN]! };
  }
  let missing = 0;
  for (let row = 0; row < columnLength(column); row++) {
    const text = cellText(column, row);
    if (text === null) missing++;
    else counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return { counts, missing };
}

/**
 * Counts known categories, and unknown ones in bounded memory. The unknown ones kept are the first by code point of all
 * that ever occur, so that their counts and the rest do not depend on the order of adding and merging.
 */
export class CategoryCounter {
  readonly #placeOf: ReadonlyMap<string, number>;
  readonly known: Float64Array;
  #unseen = new Map<string, number>();
  #unseenRows = 0;
  missing = 0;

  constructor(categories: readonly string[]) {
    this.#placeOf = new Map(categories.map((category, place) => [category, place]));
    this.known = new Float64Array(categories.length);
  }

  add(column: Column): void {
    const { counts, missing } = tallyTexts(column);
    this.missing += missing;
    for (const [text, rows] of counts) {
      const place = this.#placeOf.get(text);
      if (place === undefined) this.#addUnseen(text, rows);
      else this.known[place]! += rows;
    }
    this.#trim();
  }

  addMissing(rows: number): void {
    this.missing += rows;
  }

  /** Adds what another counter of the same categories has seen. */
  merge(other: CategoryCounter): void {
    for (const [place, rows] of other.known.entries()) this.known[place]! += rows;
    for (const [text, rows] of other.#unseen) this.#addUnseen(text, rows, 0);
    this.#unseenRows += other.#unseenRows;
    this.missing += other.missing;
    this.#trim();
  }

  /** Unknown categories by code point with their rows, and the rows of those beyond the first thousand. */
  unseen(): { readonly categories: string[]; readonly counts: number[]; readonly rest: number } {
    const entries = [...this.#unseen].toSorted(([left], [right]) => compareCodePoints(left, right));
    const counts = entries.map(([, rows]) => rows);
    const named = counts.reduce((sum, rows) => sum + rows, 0);
    return { categories: entries.map(([text]) => text), counts, rest: this.#unseenRows - named };
  }

  get count(): number {
    return this.known.reduce((sum, rows) => sum + rows, 0) + this.#unseenRows;
  }

  #addUnseen(text: string, rows: number, newRows = rows): void {
    this.#unseen.set(text, (this.#unseen.get(text) ?? 0) + rows);
    this.#unseenRows += newRows;
  }

  #trim(): void {
    if (this.#unseen.size <= MOST_UNSEEN) return;
    const entries = [...this.#unseen].toSorted(([left], [right]) => compareCodePoints(left, right));
    this.#unseen = new Map(entries.slice(0, MOST_UNSEEN));
  }
}
