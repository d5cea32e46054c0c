import { findRows, numberIn, textIn } from "./find-rows.ts";

/** One column of a drift report. */
export interface DriftRow {
  column: string;
  psi: number;
  /** Of the two bins present and missing. */
  missingPsi: number | undefined;
  /** Kolmogorov and Smirnov's statistic for numbers. */
  ks: number | undefined;
  /** Of the Kolmogorov-Smirnov test for numbers, of the chi-squared test for categories. */
  pValue: number | undefined;
  /** The report's own word for the column, where it has one: an index alone may be chance. */
  verdict: "stable" | "moderate" | "major" | undefined;
}

const VERDICTS = ["stable", "moderate", "major"] as const;
const NAME = ["column", "feature", "name", "source"];

/** Every column's drift, strongest first. */
export function readDriftColumns(body: unknown): DriftRow[] {
  return findRows(body, (row) => typeof row.psi === "number" && typeof row.column !== "object")
    .map(({ row, key }) => {
      const holders = [row, inside(row, "comparison")];
      const tests = holders.flatMap((holder) => [inside(holder, "ks"), inside(holder, "chiSquared")]);
      const inTests = (names: readonly string[]) =>
        [row, ...tests].map((holder) => numberIn(holder, names)).find((value) => value !== undefined);
      const ks = holders.map((holder) => numberIn(inside(holder, "ks"), ["statistic", "value"]));
      return {
        column: textIn(row, NAME) ?? key ?? "",
        psi: numberIn(row, ["psi"]) ?? 0,
        missingPsi: numberIn(row, ["missingPsi"]),
        ks: numberIn(row, ["ks", "ksStatistic"]) ?? ks.find((value) => value !== undefined),
        pValue: inTests(["pValue", "ksPValue", "chiSquaredPValue", "p", "exactP", "asymptoticP"]),
        verdict: VERDICTS.find((word) => word === row["verdict"]),
      };
    })
    .filter(({ column }) => column !== "")
    .toSorted((left, right) => strength(right) - strength(left));
}

/** A column may drift by losing its values as well as by changing them. */
export function strength({ psi, missingPsi }: DriftRow): number {
  return Math.max(psi, missingPsi ?? 0);
}

function inside(row: Readonly<Record<string, unknown>>, name: string): Readonly<Record<string, unknown>> {
  const inner = row[name];
  return typeof inner === "object" && inner !== null ? (inner as Record<string, unknown>) : {}; // an object
}

/** The ranking in an explanation artifact, strongest first; the first list that ranks features counts. */
export function readRanking(body: unknown): { feature: string; importance: number }[] {
  const values = ["importance", "meanAbsolute", "meanAbsoluteShap", "meanAbs", "meanAbsoluteContribution"];
  const rows = findRows(
    body,
    (row) => textIn(row, NAME) !== undefined && numberIn(row, values) !== undefined,
  );
  const [first] = rows;
  return rows
    .filter(({ path }) => path === first?.path)
    .map(({ row }) => ({ feature: textIn(row, NAME) ?? "", importance: numberIn(row, values) ?? 0 }))
    .toSorted((left, right) => right.importance - left.importance);
}

/** One column of a data profile. */
export interface ProfileRow {
  column: string;
  kind: string;
  missing: number | undefined;
  distinct: number | undefined;
}

/** The columns that a profile describes. */
export function readProfileColumns(body: unknown): ProfileRow[] {
  return findRows(
    body,
    (row) =>
      textIn(row, ["column", "name"]) !== undefined && textIn(row, ["kind", "type", "dtype"]) !== undefined,
  ).map(({ row }) => ({
    column: textIn(row, ["column", "name"]) ?? "",
    kind: textIn(row, ["kind", "type", "dtype"]) ?? "",
    missing: numberIn(row, ["missing", "missingCount", "missingRows", "missingCells"]),
    distinct: numberIn(row, ["distinct", "unique", "distinctCount", "cardinality"]),
  }));
}
