import { cellText, columnLength, type Column, type NumericColumn } from "../score/column.ts";

const WRITTEN_NUMBER = /[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][-+]?\d+)?/;

/**
 * The number that each text of a column holds, as in "EUR 1,200.50" or "42 points"; null when a present text holds
 * none or the column is no column of texts. Missing texts are missing numbers.
 */
export function numbersInTexts(column: Column): NumericColumn | null {
  if (column.kind !== "text" && column.kind !== "categorical") return null;
  const values = new Float64Array(columnLength(column));
  for (let row = 0; row < values.length; row++) {
    const text = cellText(column, row);
    const found = text === null ? null : WRITTEN_NUMBER.exec(text);
    if (text !== null && found === null) return null;
    values[row] = found === null ? NaN : Number(found[0].replaceAll(",", ""));
  }
  return { kind: "numeric", name: column.name, values };
}
