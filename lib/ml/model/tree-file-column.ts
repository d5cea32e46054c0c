import { MlError } from "../score/ml-error.ts";
import type { Preparation } from "../score/preparation.ts";

/** One matrix column as the tree formats of other libraries know it; `levels` are the categories in code order. */
export interface TreeFileColumn {
  readonly name: string;
  readonly levels: readonly string[] | null;
}

/** The matrix columns that a preparation makes: what a tree file reads in place of raw features. */
export function treeFileColumns(preparation: Preparation): TreeFileColumn[] {
  return preparation.encoders.map((encoder) => ({
    name: encoder.name,
    levels: encoder.kind === "categorical" ? encoder.levels : null,
  }));
}

/**
 * Names that a format can hold: every forbidden character becomes "_", and names that meet after that get a number.
 * @throws MlError bad-argument when there is no column, which no tree format can write.
 */
export function writtenNames(columns: readonly TreeFileColumn[], forbidden: RegExp): string[] {
  if (columns.length === 0) {
    throw new MlError(
      "bad-argument",
      "The model reads no column, so there is nothing that a tree file could hold.",
    );
  }
  const taken = new Set<string>();
  return columns.map(({ name }) => {
    const stem = name.replaceAll(forbidden, "_") || "_";
    let written = stem;
    for (let number = 2; taken.has(written); number++) written = `${stem}_${number}`;
    taken.add(written);
    return written;
  });
}
