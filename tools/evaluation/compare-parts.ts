import type { ToolContext } from "#core/contract/tool-definition.ts";
import {
  type Column,
  columnLength,
  compareCategories,
  compareNumbers,
  type Frame,
  isMissing,
} from "#lib/ml/index.ts";
import { inEngine, runTask } from "../engine/run-task.ts";
import type { ComparedColumn } from "./drift-rule.ts";

export interface ComparedParts {
  columns: ComparedColumn[];
  skipped: { column: string; reason: string }[];
}

/** The engine's own comparison wants this many rows a side; fewer are compared here, column by column. */
const ENGINE_ROWS = 30;

/**
 * Compares the named columns of two parts. A column that lost all its values, or got its first, is compared by whether
 * it has any. What cannot be compared is listed with the reason.
 */
export async function compareParts(
  context: ToolContext,
  { reference, current, columns }: { reference: Frame; current: Frame; columns: readonly string[] },
): Promise<ComparedParts> {
  const compared: ComparedColumn[] = [];
  const skipped: ComparedParts["skipped"] = [];
  const usual: string[] = [];
  for (const name of columns) {
    const left = reference.columns.find((column) => column.name === name);
    const right = current.columns.find((column) => column.name === name);
    if (left === undefined || right === undefined) {
      skipped.push({ column: name, reason: `absent in the ${left === undefined ? "older" : "newer"} data` });
    } else if (hasValue(left) === hasValue(right)) {
      if (hasValue(left)) usual.push(name);
      else skipped.push({ column: name, reason: "no value on either side" });
    } else {
      compared.push(comparePresence(left, right));
    }
  }
  if (usual.length === 0) return { columns: compared, skipped };
  const isSmall = Math.min(reference.rowCount, current.rowCount) < ENGINE_ROWS;
  const rest = isSmall
    ? inEngine(() => compareFew(reference, current, usual))
    : await runTask(context, "compare-frames", { reference, current, options: { columns: usual } });
  return {
    columns: [
      ...compared,
      ...rest.columns.map(({ column, psi, missingPsi, comparison }) => ({
        column,
        psi,
        missingPsi,
        comparison,
      })),
    ],
    skipped: [...skipped, ...rest.skipped],
  };
}

function compareFew(reference: Frame, current: Frame, names: readonly string[]): ComparedParts {
  const columns: ComparedColumn[] = [];
  const skipped: ComparedParts["skipped"] = [];
  for (const name of names) {
    const left = reference.columns.find((column) => column.name === name);
    const right = current.columns.find((column) => column.name === name);
    if (left === undefined || right === undefined) continue;
    if (left.kind === "date" || right.kind === "date") {
      skipped.push({ column: name, reason: "a date, which moves with time by nature" });
    } else if (left.kind === "text" || right.kind === "text") {
      skipped.push({ column: name, reason: "free text" });
    } else if ((left.kind === "numeric") !== (right.kind === "numeric")) {
      skipped.push({ column: name, reason: `${left.kind} in the older but ${right.kind} in the newer data` });
    } else {
      const missingPsi = comparePresence(left, right).psi;
      const comparison =
        left.kind === "numeric" && right.kind === "numeric"
          ? compareNumbers(left, right)
          : compareCategories(left, right);
      columns.push({ column: name, psi: comparison.psi, missingPsi, comparison });
    }
  }
  return { columns, skipped };
}

/** The two bins present and missing as two categories. */
function comparePresence(left: Column, right: Column): ComparedColumn {
  const comparison = compareCategories(presence(left), presence(right));
  return { column: left.name, psi: comparison.psi, missingPsi: comparison.psi, comparison };
}

function presence(column: Column): Column {
  const values = Uint8Array.from({ length: columnLength(column) }, (_, row) =>
    isMissing(column, row) ? 0 : 1,
  );
  return { kind: "boolean", name: column.name, values };
}

function hasValue(column: Column): boolean {
  for (let row = 0; row < columnLength(column); row += 1) if (!isMissing(column, row)) return true;
  return false;
}
