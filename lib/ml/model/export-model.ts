import type { Frame } from "../frame/frame.ts";
import { applyPreparation } from "../score/apply-preparation.ts";
import { assertNever } from "../score/assert-never.ts";
import type { TreeEnsemble } from "../score/estimator.ts";
import { marginFunction } from "../score/margins.ts";
import { MlError } from "../score/ml-error.ts";
import type { Model } from "../score/model-file.ts";
import type { Matrix } from "../score/preparation.ts";
import { exportLightgbm } from "./lightgbm/export-lightgbm.ts";
import { importLightgbm, lightgbmMatrix } from "./lightgbm/import-lightgbm.ts";
import { checkOnnx } from "./onnx/check-onnx.ts";
import { exportOnnx } from "./onnx/export-onnx.ts";
import { probeMatrix } from "./probe-matrix.ts";
import { treeFileColumns, type TreeFileColumn } from "./tree-file-column.ts";
import { exportXgboost } from "./xgboost/export-xgboost.ts";
import { importXgboost } from "./xgboost/import-xgboost.ts";

/** The formats of other programs that a model can be written in. */
export const EXPORT_FORMATS = ["xgboost-json", "lightgbm-text", "onnx"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** How margins of the file, read back, compare with the model's on some rows. */
interface MarginComparison {
  readonly rows: number;
  readonly largestDifference: number;
  /** Rows that differ by more than the format's rounding explains: they reached another leaf. */
  readonly rowsApart: number;
}

/** What was done to show that the file says what the model says. */
export type ExportProof =
  | {
      readonly kind: "margins";
      /** Most that rounding of leaf values to the format's precision can add up to. */
      readonly tolerance: number;
      /** Rows at and beside every threshold, every category, and missing values, as float32. */
      readonly probes: MarginComparison;
      /** The caller's rows in float64; rows apart are those that float32 rounds across a threshold. */
      readonly sample: MarginComparison | null;
    }
  | {
      /** The file was read back and its structure checked; nothing was computed with it. */
      readonly kind: "structure";
      readonly nodes: number;
      readonly operators: readonly string[];
      readonly inputs: readonly string[];
      readonly outputs: readonly string[];
    };

export type ExportedModel =
  | {
      readonly kind: "exported";
      readonly bytes: Uint8Array;
      readonly carried: readonly string[];
      readonly notCarried: readonly string[];
      readonly proof: ExportProof;
    }
  | { readonly kind: "refused"; readonly reasons: readonly string[] };

const PROBES = { rowCount: 1000, seed: 1 };

/**
 * Writes a model in another program's format and proves the file: tree files are read back and must give the model's
 * margins on probes (and on a sample); of an ONNX file the structure is checked. The same model gives the same bytes.
 * @throws MlError bad-model when the file read back says something else; bad-data when the sample does not fit.
 */
export function exportModel(model: Model, format: ExportFormat, sample: Frame | null = null): ExportedModel {
  if (format !== "onnx") return exportTrees(model, format, sample);
  const exported = exportOnnx(model);
  if (exported.kind === "refused") return exported;
  const { bytes, carried, notCarried } = exported;
  return { kind: "exported", bytes, carried, notCarried, proof: { kind: "structure", ...checkOnnx(bytes) } };
}

function exportTrees(
  model: Model,
  format: Exclude<ExportFormat, "onnx">,
  sample: Frame | null,
): ExportedModel {
  const { estimator } = model;
  if (estimator.kind !== "tree-ensemble") {
    return {
      kind: "refused",
      reasons: [`The estimator is of kind ${estimator.kind}; ${format} holds trees. Export it as onnx.`],
    };
  }
  if (format === "lightgbm-text" && estimator.inputPrecision === "single") {
    return {
      kind: "refused",
      reasons: [
        "The trees compare in float32 and LightGBM compares in float64. Export them as xgboost-json.",
      ],
    };
  }
  const columns = treeFileColumns(model.preparation);
  const text =
    format === "xgboost-json" ? exportXgboost(estimator, columns) : exportLightgbm(estimator, columns);
  const sampleMatrix =
    sample === null ? null : applyPreparation(model.preparation, sample.columns, sample.rowCount);
  return {
    kind: "exported",
    bytes: new TextEncoder().encode(text),
    carried: [`${estimator.trees.length} trees`, "base margins", `link ${estimator.link}`],
    notCarried: leftOut(model),
    proof: prove({ estimator, columns, format, text, sample: sampleMatrix }),
  };
}

/** Tree files read prepared columns and give margins; all else stays with whoever reads them. */
function leftOut(model: Model): string[] {
  const rest: readonly (keyof Model)[] = ["target", "format", "problem", "training", "estimator"];
  const others = Object.keys(model).filter(
    (key) => !["features", "preparation", "classes", "positiveClass", "decision", ...rest].includes(key),
  );
  return [
    "The preparation: the file reads prepared columns (categories as indices of their levels, see columns).",
    ...(model.decision.kind === "identity"
      ? []
      : [`The decision rule (${model.decision.kind}) and class labels.`]),
    ...others.map((key) => `The model's ${key}: what the file gives is from before it.`),
  ];
}

interface Proving {
  readonly estimator: TreeEnsemble;
  readonly columns: readonly TreeFileColumn[];
  readonly format: Exclude<ExportFormat, "onnx">;
  readonly text: string;
  readonly sample: Matrix | null;
}

function prove({ estimator, columns, format, text, sample }: Proving): ExportProof {
  const own = marginFunction(estimator);
  const read = marginsOfFile(format, text);
  const tolerance = roundingBound(estimator, format);
  const compare = (matrix: Matrix): MarginComparison => compareMargins(own(matrix), read(matrix), tolerance);
  const probes = compare(probeMatrix(estimator, columns, PROBES));
  if (probes.rowsApart > 0) {
    throw new MlError(
      "bad-model",
      `The ${format} file, read back, differs from the model in ${probes.rowsApart} of ${probes.rows} probes, so it was not written. Export another format.`,
      { details: { format, rows: probes.rowsApart } },
    );
  }
  return { kind: "margins", tolerance, probes, sample: sample === null ? null : compare(sample) };
}

function marginsOfFile(
  format: Exclude<ExportFormat, "onnx">,
  text: string,
): (matrix: Matrix) => readonly Float64Array[] {
  switch (format) {
    case "xgboost-json":
      return marginFunction(importXgboost(text).ensemble);
    case "lightgbm-text": {
      const imported = importLightgbm(text);
      const margins = marginFunction(imported.ensemble);
      return (matrix) =>
        margins(
          lightgbmMatrix(
            imported,
            matrix.columns.map((column) => column.values),
          ),
        );
    }
    default:
      return assertNever(format);
  }
}

/** Half a unit in the last place of each tree's largest leaf and of the base; float64 sums beside it. */
function roundingBound({ trees, base }: TreeEnsemble, format: ExportFormat): number {
  const largest = (values: readonly number[]) =>
    values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const total = trees.reduce((sum, tree) => sum + largest(tree.value), largest(base));
  return total * (format === "xgboost-json" ? 2 ** -24 : 0) + total * 1e-12;
}

function compareMargins(
  own: readonly Float64Array[],
  read: readonly Float64Array[],
  tolerance: number,
): MarginComparison {
  const rows = own[0]?.length ?? 0;
  let largestDifference = 0;
  let rowsApart = 0;
  for (let row = 0; row < rows; row++) {
    const difference = own.reduce(
      (most, margins, output) => Math.max(most, Math.abs(margins[row]! - read[output]![row]!)),
      0,
    );
    largestDifference = Math.max(largestDifference, difference);
    if (!(difference <= tolerance)) rowsApart++;
  }
  return { rows, largestDifference, rowsApart };
}
