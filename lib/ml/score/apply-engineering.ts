import { assertNever } from "./assert-never.ts";
import { cellText, compareCodePoints, MISSING_BOOLEAN, type Column } from "./column.ts";
import { datePart } from "./date-part.ts";
import { decorrelateColumns } from "./decorrelate.ts";
import type {
  BinStep,
  CyclicStep,
  DateUnit,
  Engineering,
  EngineeringStep,
  FrequencyStep,
  RareStep,
  TargetMeanStep,
  YeoJohnsonStep,
} from "./engineering.ts";
import { MlError } from "./ml-error.ts";

/** Where categories go that training rows had too few of. */
const OTHER = "(other)";

/**
 * The given columns and, after them, those that the steps make. Columns are found by name.
 * @throws MlError bad-data when a source is absent or of a kind that the step cannot read.
 */
export function applyEngineering(
  engineering: Engineering | undefined,
  columns: readonly Column[],
  rowCount: number,
): readonly Column[] {
  if (engineering === undefined) return columns;
  const all = [...columns];
  const byName = new Map(columns.map((column) => [column.name, column]));
  for (const step of engineering.steps) {
    const sources = step.sources.map((name) => {
      const column = byName.get(name);
      if (column !== undefined) return column;
      throw new MlError(
        "bad-data",
        `Column "${name}" is missing. "${step.outputs.join('", "')}" is made from it; supply it, with blanks where unknown.`,
        { details: { column: name } },
      );
    });
    for (const made of applyStep(step, sources, rowCount)) {
      all.push(made);
      byName.set(made.name, made);
    }
  }
  return all;
}

/** The columns that one step makes of its sources. */
export function applyStep(step: EngineeringStep, sources: readonly Column[], rowCount: number): Column[] {
  const [first, second] = [sources[0]!, sources[1]];
  const [name] = step.outputs;
  const numeric = (values: Float64Array): Column[] => [{ kind: "numeric", name: name!, values }];
  switch (step.kind) {
    case "date-part":
      return numeric(unitNumbers(first, step.part));
    case "cyclic":
      return cyclicColumns(step, first);
    case "signed-log":
      return numeric(numbersOf(first).map((x) => Math.sign(x) * Math.log1p(Math.abs(x))));
    case "signed-sqrt":
      return numeric(numbersOf(first).map((x) => Math.sign(x) * Math.sqrt(Math.abs(x))));
    case "yeo-johnson":
      return numeric(yeoJohnson(step, numbersOf(first)));
    case "bins":
      return [binColumn(step, numbersOf(first))];
    case "ratio":
    case "product":
    case "difference":
    case "sum":
      return numeric(combine(step.kind, numbersOf(first), numbersOf(second!)));
    case "frequency":
      return numeric(frequencies(step, keysOf(sources, rowCount)));
    case "target-mean":
      return targetMeans(step, keysOf(sources, rowCount));
    case "rare":
      return [categories(name!, rareTexts(step, first, rowCount))];
    case "interaction":
      return [categories(name!, crossedTexts(first, second!, rowCount))];
    case "decorrelate":
      return decorrelateColumns(step, sources, rowCount);
    default:
      return assertNever(step);
  }
}

/** The numbers behind a numeric or boolean column; NaN is missing. */
export function numbersOf(column: Column): Float64Array {
  if (column.kind === "numeric") return column.values;
  if (column.kind === "boolean") {
    return Float64Array.from(column.values, (value) => (value === MISSING_BOOLEAN ? NaN : value));
  }
  throw wrongKind(column, "numbers or true/false");
}

const DAY = 86_400_000;

/** A part of each moment of a column of dates. */
export function unitNumbers(column: Column, unit: DateUnit): Float64Array {
  if (column.kind !== "date") throw wrongKind(column, "dates");
  return column.values.map((moment) => {
    switch (unit) {
      case "quarter":
        return Math.ceil(datePart(moment, "month") / 3);
      case "day-of-year":
        return Math.floor((moment - Date.UTC(datePart(moment, "year"), 0, 1)) / DAY) + 1;
      case "minute":
        return Math.floor(moment / 60_000) - 60 * Math.floor(moment / 3_600_000);
      case "is-weekend":
        return Number.isNaN(moment) ? NaN : Number(datePart(moment, "day-of-week") >= 5);
      default:
        return datePart(moment, unit);
    }
  });
}

function cyclicColumns({ outputs, part, period }: CyclicStep, source: Column): Column[] {
  const values = part === null ? numbersOf(source) : unitNumbers(source, part);
  const angle = (x: number): number => (2 * Math.PI * x) / period;
  return [
    { kind: "numeric", name: outputs[0]!, values: values.map((x) => Math.sin(angle(x))) },
    { kind: "numeric", name: outputs[1]!, values: values.map((x) => Math.cos(angle(x))) },
  ];
}

/** A power this small is the logarithm; dividing by it would lose every digit. */
export const NEARLY_ZERO = 1e-12;

/** Yeo and Johnson's transformation of each number. */
export function yeoJohnson({ lambda }: Pick<YeoJohnsonStep, "lambda">, values: Float64Array): Float64Array {
  return values.map((x) => {
    if (x >= 0)
      return Math.abs(lambda) < NEARLY_ZERO ? Math.log1p(x) : Math.expm1(lambda * Math.log1p(x)) / lambda;
    const power = 2 - lambda;
    return Math.abs(power) < NEARLY_ZERO ? -Math.log1p(-x) : -Math.expm1(power * Math.log1p(-x)) / power;
  });
}

function binColumn({ outputs, edges }: BinStep, values: Float64Array): Column {
  const dictionary = Array.from({ length: edges.length + 1 }, (_, bin) => {
    const [low, high] = [edges[bin - 1], edges[bin]];
    if (low === undefined) return high === undefined ? "all" : `below ${high}`;
    return high === undefined ? `${low} or more` : `${low} to below ${high}`;
  });
  const codes = Int32Array.from(values, (value) => {
    if (Number.isNaN(value)) return -1;
    const above = edges.findIndex((edge) => value < edge);
    return above < 0 ? edges.length : above;
  });
  return { kind: "categorical", name: outputs[0]!, codes, dictionary };
}

function combine(
  kind: "ratio" | "product" | "difference" | "sum",
  left: Float64Array,
  right: Float64Array,
): Float64Array {
  return left.map((value, row) => {
    const other = right[row]!;
    switch (kind) {
      case "ratio":
        return other === 0 ? NaN : value / other;
      case "product":
        return value * other;
      case "difference":
        return value - other;
      case "sum":
        return value + other;
      default:
        return assertNever(kind);
    }
  });
}

/**
 * The values that a row holds in the given columns, as one text: for one column the value itself, "" when missing;
 * for several a JSON list. Dates are refused: how finely they are known changes their text.
 */
export function keysOf(sources: readonly Column[], rowCount: number): string[] {
  const dated = sources.find((column) => column.kind === "date");
  if (dated !== undefined) throw wrongKind(dated, "categories or numbers (take a part of the date first)");
  const [only, ...others] = sources;
  return Array.from({ length: rowCount }, (_, row) =>
    others.length === 0
      ? (cellText(only!, row) ?? "")
      : JSON.stringify(sources.map((column) => cellText(column, row))),
  );
}

function frequencies({ keys, values }: FrequencyStep, rows: readonly string[]): Float64Array {
  const byKey = new Map(keys.map((key, index) => [key, values[index]!]));
  return Float64Array.from(rows, (key) => byKey.get(key) ?? 0);
}

function targetMeans({ keys, means, priors, outputs }: TargetMeanStep, rows: readonly string[]): Column[] {
  const places = new Map(keys.map((key, index) => [key, index]));
  return outputs.map((name, output) => ({
    kind: "numeric",
    name,
    values: Float64Array.from(rows, (key) => {
      const place = places.get(key);
      return place === undefined ? priors[output]! : means[output]![place]!;
    }),
  }));
}

function rareTexts({ kept }: RareStep, source: Column, rowCount: number): (string | null)[] {
  if (source.kind === "date") throw wrongKind(source, "categories");
  const known = new Set(kept);
  return Array.from({ length: rowCount }, (_, row) => {
    const text = cellText(source, row);
    return text === null || known.has(text) ? text : OTHER;
  });
}

/** Joined so that both values can be told apart again, whatever they hold. */
function crossedTexts(left: Column, right: Column, rowCount: number): (string | null)[] {
  const dated = [left, right].find((column) => column.kind === "date");
  if (dated !== undefined) throw wrongKind(dated, "categories or numbers (take a part of the date first)");
  return Array.from({ length: rowCount }, (_, row) => {
    const [first, second] = [cellText(left, row), cellText(right, row)];
    return first === null || second === null ? null : `${escaped(first)} & ${escaped(second)}`;
  });
}

const escaped = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll("&", "\\&");

function categories(name: string, texts: readonly (string | null)[]): Column {
  const present = new Set(texts.filter((text) => text !== null));
  const dictionary = [...present].toSorted(compareCodePoints);
  const codeOf = new Map(dictionary.map((text, code) => [text, code]));
  const codes = Int32Array.from(texts, (text) => (text === null ? -1 : codeOf.get(text)!));
  return { kind: "categorical", name, codes, dictionary };
}

function wrongKind(column: Column, wanted: string): MlError {
  return new MlError(
    "bad-data",
    `Column "${column.name}" holds ${column.kind} values where ${wanted} are expected. ` +
      "Read the data with that column's kind stated, or engineer another column.",
    { details: { column: column.name } },
  );
}
