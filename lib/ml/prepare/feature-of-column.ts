import { assertNever } from "../score/assert-never.ts";
import { cellText, columnLength, compareCodePoints, type Column } from "../score/column.ts";
import type { Feature } from "../score/feature.ts";

/** What a model must know to read a raw column from JSON rows. Text is read as categories. */
export function featureOfColumn(column: Column): Feature {
  const { name } = column;
  switch (column.kind) {
    case "numeric":
    case "boolean":
      return { kind: column.kind, name };
    case "date":
      return { kind: "date", name, order: column.order };
    case "categorical":
    case "text": {
      const seen = new Set<string>();
      for (let row = 0; row < columnLength(column); row++) {
        const text = cellText(column, row);
        if (text !== null) seen.add(text);
      }
      return { kind: "categorical", name, categories: [...seen].toSorted(compareCodePoints) };
    }
    default:
      return assertNever(column);
  }
}
