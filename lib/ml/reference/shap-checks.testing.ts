import { readFileSync } from "node:fs";
import { interventionalTreeShap } from "../explain/interventional-tree-shap.ts";
import { treeShapInteractions } from "../explain/tree-shap-interactions.ts";
import { treeShap } from "../explain/tree-shap.ts";
import { readReference, REFERENCE } from "../fixtures/shared-reference.ts";
import { getColumn } from "../frame/frame.ts";
import { readCsv } from "../frame/read-csv.ts";
import { importXgboost } from "../model/xgboost/import-xgboost.ts";
import { marginFunction } from "../score/margins.ts";
import type { Matrix } from "../score/preparation.ts";
import { checkNumbers, type ReferenceCheck } from "./check.testing.ts";

type PerRow = readonly (readonly number[] | readonly (readonly number[])[])[];

interface ShapCase {
  readonly model: string;
  readonly rows: string;
  readonly features: readonly string[];
  readonly margin: readonly (number | readonly number[])[];
  readonly contribs: PerRow;
  readonly contribs_float64: PerRow;
  readonly tolerance: number;
  readonly interactions_first_5?: readonly (readonly (readonly number[])[])[];
  readonly interventional_first_10?: readonly (readonly number[])[];
  readonly interventional_tolerance?: number;
}

async function readMatrix(file: string, features: readonly string[]): Promise<Matrix> {
  const kinds = Object.fromEntries(features.map((name) => [name, "numeric" as const]));
  const { frame } = await readCsv({ path: `${REFERENCE}/shap/${file}` }, { kinds });
  return {
    rowCount: frame.rowCount,
    columns: features.map((name) => {
      const column = getColumn(frame, name);
      const values = column.kind === "numeric" ? column.values : new Float64Array(frame.rowCount).fill(NaN);
      return { name, source: name, levels: null, values };
    }),
  };
}

/** Ours in the file's order: row, output, feature, with the expected value as the last feature. */
function inOrder(
  { expected, values }: { expected: readonly number[]; values: readonly Float64Array[] },
  width: number,
): number[] {
  const rowCount = values[0]!.length / width;
  return Array.from({ length: rowCount }, (_, row) =>
    values.map((output, index) => [...output.subarray(row * width, (row + 1) * width), expected[index]!]),
  ).flat(2);
}

/** Holds every number of shap/expected.json against ours: float64 to 1e-9, float32 to the stated tolerance. */
export async function checkShap(): Promise<ReferenceCheck[]> {
  const { cases } = readReference<{ readonly cases: Readonly<Record<string, ShapCase>> }>(
    "shap/expected.json",
  );
  const checks: ReferenceCheck[] = [];
  for (const [name, one] of Object.entries(cases)) checks.push(...(await checkCase(`shap/${name}`, one)));
  return checks;
}

async function checkCase(file: string, one: ShapCase): Promise<ReferenceCheck[]> {
  const { ensemble } = importXgboost(readFileSync(`${REFERENCE}/shap/${one.model}`, "utf8"));
  const matrix = await readMatrix(one.rows, one.features);
  const width = one.features.length;
  const got = inOrder(treeShap(ensemble, matrix), width);
  const margins = marginFunction(ensemble)(matrix);
  const ourMargins = Array.from({ length: matrix.rowCount }, (_, row) =>
    margins.map((margin) => margin[row]!),
  ).flat();
  const single = { file, tolerance: one.tolerance, measure: "mixed" } as const;
  const checks = [
    checkNumbers({
      file,
      quantity: "contributions, float64",
      expected: one.contribs_float64.flat(2),
      got,
      tolerance: 1e-9,
      measure: "mixed",
    }),
    checkNumbers({
      ...single,
      quantity: "contributions of xgboost, float32",
      expected: one.contribs.flat(2),
      got,
    }),
    checkNumbers({ ...single, quantity: "margin, float32", expected: one.margin.flat(), got: ourMargins }),
  ];
  if (one.interactions_first_5 !== undefined) {
    checks.push(
      checkNumbers({
        ...single,
        quantity: "interactions of xgboost, float32",
        expected: one.interactions_first_5.flatMap((row) =>
          row.slice(0, width).flatMap((line) => line.slice(0, width)),
        ),
        got: treeShapInteractions(ensemble, head(matrix, 5))[0]!,
      }),
    );
  }
  if (one.interventional_first_10 !== undefined) {
    const background = await readMatrix(`${file.split("/")[1]!}.background.csv`, one.features);
    const { values } = interventionalTreeShap(ensemble, head(matrix, 10), { background });
    checks.push(
      checkNumbers({
        file,
        quantity: "interventional",
        expected: one.interventional_first_10.flatMap((row) => row.slice(0, width)),
        got: values[0]!,
        tolerance: one.interventional_tolerance ?? 1e-9,
        measure: "absolute",
      }),
    );
  }
  return checks;
}

function head(matrix: Matrix, rowCount: number): Matrix {
  const columns = matrix.columns.map((column) => ({
    ...column,
    values: column.values.subarray(0, rowCount),
  }));
  return { rowCount, columns };
}
