import { UNWATCHED, type Control } from "../control.ts";
import { getColumn, withColumn, type Frame } from "../frame/frame.ts";
import { encodeTarget } from "../prepare/encode-target.ts";
import { applyStep, keysOf, numbersOf } from "../score/apply-engineering.ts";
import { assertNever } from "../score/assert-never.ts";
import { cellText, compareCodePoints, type Column } from "../score/column.ts";
import type {
  BinStep,
  CyclicStep,
  Engineering,
  EngineeringStep,
  FrequencyStep,
  RareStep,
} from "../score/engineering.ts";
import { MlError } from "../score/ml-error.ts";
import { PERIODS, sourcesOf, type EngineeringPlan, type PlannedStep } from "./engineering-plan.ts";
import { fitTargetMeans } from "./fit-target-means.ts";
import { fitYeoJohnson } from "./fit-yeo-johnson.ts";

export interface FitEngineeringOptions {
  /** Never a source; target means are taken of it. */
  readonly target: string;
  /** Class labels, for two classes the positive one last; null for amounts. */
  readonly classes: readonly string[] | null;
  readonly control?: Control;
}

export interface FittedEngineering {
  readonly engineering: Engineering;
  /** The training rows with the made columns; target means are out of fold. For other rows use `applyEngineering`. */
  readonly training: Frame;
}

const DEFAULT_SMOOTHING = 20;

/**
 * Fits planned steps on training rows, one after the other: a step may read what an earlier one made.
 * @throws MlError bad-argument for a target among the sources, unknown columns, names in use and settings that make no
 * sense; bad-data for a column of a kind that the step cannot read; cancelled.
 */
export function fitEngineering(
  training: Frame,
  plan: EngineeringPlan,
  options: FitEngineeringOptions,
): FittedEngineering {
  const control = options.control ?? UNWATCHED;
  const steps: EngineeringStep[] = [];
  let frame = training;
  for (const [index, planned] of plan.steps.entries()) {
    control.throwIfCancelled();
    control.report({ stage: "engineer", done: index + 1, total: plan.steps.length });
    for (const name of sourcesOf(planned)) refuseTarget(name, options.target);
    const { step, made } = fitStep(planned, frame, { ...options, seed: plan.seed + index });
    for (const column of made) {
      if (frame.columns.some((existing) => existing.name === column.name)) {
        throw new MlError(
          "bad-argument",
          `Step ${index + 1} (${planned.kind}) would make "${column.name}", which is there already. Give it another name.`,
          { details: { column: column.name } },
        );
      }
      frame = withColumn(frame, column);
    }
    steps.push(step);
  }
  return { engineering: { steps }, training: frame };
}

function refuseTarget(name: string, target: string): void {
  if (name !== target) return;
  throw new MlError(
    "bad-argument",
    `The target "${target}" is a source of an engineered column, which would hand the answer to the model. Take it out.`,
    { details: { column: name } },
  );
}

interface Fitting extends FitEngineeringOptions {
  readonly seed: number;
}

interface FittedStep {
  readonly step: EngineeringStep;
  readonly made: readonly Column[];
}

function fitStep(planned: PlannedStep, frame: Frame, options: Fitting): FittedStep {
  const sources = sourcesOf(planned);
  const columns = sources.map((name) => getColumn(frame, name));
  if (planned.kind === "target-mean") return targetMeanStep(planned, { frame, columns }, options);
  const step = fixedStep(planned, columns, frame.rowCount);
  return { step, made: applyStep(step, columns, frame.rowCount) };
}

function fixedStep(
  planned: Exclude<PlannedStep, { readonly kind: "target-mean" }>,
  columns: readonly Column[],
  rowCount: number,
): EngineeringStep {
  const sources = [...sourcesOf(planned)];
  const [first] = sources;
  const named = (fallback: string): string[] => [planned.name ?? fallback];
  switch (planned.kind) {
    case "date-part":
      return { kind: "date-part", sources, outputs: named(`${first} ${planned.part}`), part: planned.part };
    case "cyclic":
      return cyclicStep(planned);
    case "signed-log":
      return { kind: "signed-log", sources, outputs: named(`log ${first}`) };
    case "signed-sqrt":
      return { kind: "signed-sqrt", sources, outputs: named(`sqrt ${first}`) };
    case "yeo-johnson": {
      const lambda = fitYeoJohnson(numbersOf(columns[0]!));
      return { kind: "yeo-johnson", sources, outputs: named(`${first} yeo-johnson`), lambda };
    }
    case "bins":
      return binStep(planned, numbersOf(columns[0]!), named(`${first} bins`));
    case "ratio":
      return { kind: "ratio", sources, outputs: named(`${planned.left} / ${planned.right}`) };
    case "product":
      return { kind: "product", sources, outputs: named(`${planned.left} * ${planned.right}`) };
    case "difference":
      return { kind: "difference", sources, outputs: named(`${planned.left} - ${planned.right}`) };
    case "sum":
      return { kind: "sum", sources, outputs: named(`${planned.left} + ${planned.right}`) };
    case "frequency":
      return frequencyStep(
        planned,
        keysOf(columns, rowCount),
        named(`${sources.join(" & ")} ${planned.as ?? "share"}`),
      );
    case "rare":
      return rareStep(planned, columns[0]!, named(`${first} grouped`));
    case "interaction":
      return { kind: "interaction", sources, outputs: named(`${planned.left} & ${planned.right}`) };
    default:
      return assertNever(planned);
  }
}

type Planned<Kind extends PlannedStep["kind"]> = Extract<PlannedStep, { readonly kind: Kind }>;

function cyclicStep(planned: Planned<"cyclic">): CyclicStep {
  const { column, part } = planned;
  const period = planned.period ?? (part === undefined ? null : PERIODS[part]);
  if (period === null || !(period > 0 && period < Infinity)) {
    const wanted =
      part === undefined
        ? "Give the period, for instance 24 for hours"
        : `"${part}" does not come round again; name another part`;
    throw new MlError("bad-argument", `The cycle of "${column}" has no period above 0. ${wanted}.`, {
      details: { column },
    });
  }
  const name = planned.name ?? (part === undefined ? column : `${column} ${part}`);
  return {
    kind: "cyclic",
    sources: [column],
    outputs: [`${name} sin`, `${name} cos`],
    part: part ?? null,
    period,
  };
}

function binStep({ column, count, by }: Planned<"bins">, values: Float64Array, outputs: string[]): BinStep {
  if (!(Number.isInteger(count) && count >= 2 && count <= 100)) {
    throw new MlError("bad-argument", `"${column}" cannot be cut into ${count} bins; give 2 to 100.`);
  }
  const sorted = values.filter((value) => Number.isFinite(value)).sort();
  const [low, high] = [sorted[0] ?? 0, sorted[sorted.length - 1] ?? 0];
  const cuts = Array.from({ length: count - 1 }, (_, index) => {
    const share = (index + 1) / count;
    return by === "width" ? low + share * (high - low) : (sorted[Math.floor(share * sorted.length)] ?? low);
  });
  // Values that are equal to the least would make a bin that nothing falls into.
  const edges = [...new Set(cuts)].filter((edge) => edge > low);
  return { kind: "bins", sources: [column], outputs, edges };
}

function frequencyStep(
  { columns, as }: Planned<"frequency">,
  rows: readonly string[],
  outputs: string[],
): FrequencyStep {
  if (columns.length === 0)
    throw new MlError("bad-argument", "A frequency needs at least one column to count.");
  const counts = countsOf(rows);
  const keys = [...counts.keys()].toSorted(compareCodePoints);
  const divisor = as === "count" ? 1 : Math.max(1, rows.length);
  const values = keys.map((key) => counts.get(key)! / divisor);
  return { kind: "frequency", sources: columns, outputs, keys, values };
}

function rareStep({ column, minimum }: Planned<"rare">, values: Column, outputs: string[]): RareStep {
  if (!(Number.isInteger(minimum) && minimum >= 1)) {
    throw new MlError(
      "bad-argument",
      `The least number of rows of a category of "${column}" must be 1 or more.`,
    );
  }
  const rowCount = values.kind === "categorical" ? values.codes.length : values.values.length;
  const texts = Array.from({ length: rowCount }, (_, row) => cellText(values, row)).filter(
    (text) => text !== null,
  );
  const counts = countsOf(texts);
  const kept = [...counts.keys()].filter((text) => counts.get(text)! >= minimum).toSorted(compareCodePoints);
  return { kind: "rare", sources: [column], outputs, kept };
}

function countsOf(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}

function targetMeanStep(
  planned: Planned<"target-mean">,
  { frame, columns }: { readonly frame: Frame; readonly columns: readonly Column[] },
  { target, classes, seed }: Fitting,
): FittedStep {
  const smoothing = planned.smoothing ?? DEFAULT_SMOOTHING;
  if (!(smoothing >= 0 && smoothing < Infinity) || columns.length === 0) {
    throw new MlError("bad-argument", "Target means need columns and a smoothing of 0 or more.");
  }
  const name = planned.name ?? `mean target of ${planned.columns.join(" & ")}`;
  const codes = encodeTarget(getColumn(frame, target), classes);
  const wanted = classes === null ? [] : classes.length === 2 ? [1] : classes.map((_, code) => code);
  const targets =
    classes === null ? [codes] : wanted.map((code) => codes.map((value) => Number(value === code)));
  const outputs = targets.length === 1 ? [name] : wanted.map((code) => `${name} = ${classes![code]!}`);
  const { step, training } = fitTargetMeans({
    sources: planned.columns,
    outputs,
    rows: keysOf(columns, frame.rowCount),
    targets,
    smoothing,
    seed,
  });
  return { step, made: training };
}
