import { availableParallelism } from "node:os";
import { hasReference, REFERENCE } from "../../lib/ml/fixtures/shared-reference.ts";
import type { ReferenceCheck } from "../../lib/ml/reference/check.testing.ts";
import { checkDrift } from "../../lib/ml/reference/drift-checks.testing.ts";
import { checkFairness } from "../../lib/ml/reference/fairness-checks.testing.ts";
import { checkModels, REFERENCE_SETS } from "../../lib/ml/reference/model-checks.testing.ts";
import { checkShap } from "../../lib/ml/reference/shap-checks.testing.ts";

/**
 * Runs every file of the reference folder and prints what was expected, what we get, and how far apart they are. By
 * default one line per case, its worst number; `--all` prints every number. Ends with 1 when something does not hold.
 */

const showsAll = process.argv.includes("--all");
const COLUMNS = ["case", "number", "expected", "got", "error", "allowed", ""];

function line({ file, quantity, expected, got, error, tolerance, holds }: ReferenceCheck): string[] {
  const distance = Number.isNaN(error) ? "-" : error.toExponential(1);
  return [
    file,
    quantity,
    short(expected),
    short(got),
    distance,
    tolerance.toExponential(0),
    holds ? "ok" : "WRONG",
  ];
}

function short(text: string): string {
  return text.length > 24 ? `${text.slice(0, 23)}…` : text;
}

/** The number of each case that uses up most of its tolerance, and all that do not hold. */
function worstOfEach(checks: readonly ReferenceCheck[]): ReferenceCheck[] {
  const use = ({ error, tolerance }: ReferenceCheck): number =>
    Number.isNaN(error) ? -1 : error / (tolerance || 1);
  const byFile = Map.groupBy(checks, ({ file }) => file);
  return [...byFile.values()].flatMap((ofFile) => {
    const wrong = ofFile.filter(({ holds }) => !holds);
    if (wrong.length > 0) return wrong;
    const worst = ofFile.reduce((most, one) => (use(one) > use(most) ? one : most));
    return [
      { ...worst, quantity: `${worst.quantity}${ofFile.length > 1 ? ` (worst of ${ofFile.length})` : ""}` },
    ];
  });
}

function print(rows: readonly string[][]): void {
  const widths = COLUMNS.map((name, index) =>
    Math.max(name.length, ...rows.map((row) => row[index]!.length)),
  );
  for (const row of [COLUMNS, ...rows]) {
    console.log(
      row
        .map((cell, index) => cell.padEnd(widths[index]!))
        .join("  ")
        .trimEnd(),
    );
  }
}

if (!hasReference) {
  console.error(
    `There is no reference folder at ${REFERENCE}. Set SWARM_SHARED to the folder that holds reference/ml.`,
  );
  process.exitCode = 7;
} else {
  const checks = [...(await checkDrift()), ...(await checkFairness()), ...(await checkShap())];
  for (const name of REFERENCE_SETS) {
    checks.push(...(await checkModels(name, { threads: availableParallelism() })));
  }
  print((showsAll ? checks : worstOfEach(checks)).map(line));
  const wrong = checks.filter(({ holds }) => !holds).length;
  console.log(
    `\n${checks.length - wrong} of ${checks.length} numbers hold${wrong === 0 ? "" : `, ${wrong} DO NOT`}`,
  );
  if (wrong > 0) process.exitCode = 1;
}
