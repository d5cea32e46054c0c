import { categoricalColumn } from "../frame/column-from-texts.ts";
import { NEARLY_ZERO, numbersOf } from "../score/apply-engineering.ts";
import { assertNever } from "../score/assert-never.ts";
import { cellText, type Column } from "../score/column.ts";
import type { EngineeringStep } from "../score/engineering.ts";

/** Whether a step can be undone, and from what besides its own outputs. */
export const INVERTIBLE: Readonly<
  Record<EngineeringStep["kind"], "alone" | "with the second source" | "no">
> = {
  "date-part": "no",
  cyclic: "alone",
  "signed-log": "alone",
  "signed-sqrt": "alone",
  "yeo-johnson": "alone",
  bins: "no",
  ratio: "with the second source",
  product: "with the second source",
  difference: "with the second source",
  sum: "with the second source",
  frequency: "no",
  "target-mean": "no",
  rare: "no",
  interaction: "alone",
  decorrelate: "no",
};

/**
 * What a step's first source was (an interaction's: both), from the columns it made; for ratio, product, difference and
 * sum the second source has to be given too. Numbers come back up to rounding, those of a cycle within their period,
 * those of a ratio or product with a second source of 0 as missing. Null for steps that cannot be undone.
 */
export function restoreSources(
  step: EngineeringStep,
  outputs: readonly Column[],
  second: Column | null = null,
): Column[] | null {
  const name = step.sources[0]!;
  const values = (): Float64Array => numbersOf(outputs[0]!);
  const numeric = (restored: Float64Array): Column[] => [{ kind: "numeric", name, values: restored }];
  switch (step.kind) {
    case "signed-log":
      return numeric(values().map((y) => Math.sign(y) * Math.expm1(Math.abs(y))));
    case "signed-sqrt":
      return numeric(values().map((y) => Math.sign(y) * y * y));
    case "yeo-johnson":
      return numeric(values().map((y) => yeoJohnsonInverse(y, step.lambda)));
    case "cyclic": {
      const cosines = numbersOf(outputs[1]!);
      return numeric(
        values().map((sine, row) => {
          const turns = Math.atan2(sine, cosines[row]!) / (2 * Math.PI);
          return (turns < 0 ? turns + 1 : turns) * step.period;
        }),
      );
    }
    case "ratio":
    case "product":
    case "difference":
    case "sum":
      return second === null ? null : numeric(undone(step.kind, values(), numbersOf(second)));
    case "interaction": {
      const texts = splitTexts(outputs[0]!);
      return step.sources.map((source, place) =>
        categoricalColumn(
          source,
          texts.map((pair) => pair?.[place] ?? null),
        ),
      );
    }
    case "date-part":
    case "bins":
    case "frequency":
    case "target-mean":
    case "rare":
    case "decorrelate":
      return null;
    default:
      return assertNever(step);
  }
}

function yeoJohnsonInverse(y: number, lambda: number): number {
  if (y >= 0)
    return Math.abs(lambda) < NEARLY_ZERO ? Math.expm1(y) : Math.expm1(Math.log1p(lambda * y) / lambda);
  const power = 2 - lambda;
  return Math.abs(power) < NEARLY_ZERO ? -Math.expm1(-y) : -Math.expm1(Math.log1p(-power * y) / power);
}

function undone(
  kind: "ratio" | "product" | "difference" | "sum",
  made: Float64Array,
  other: Float64Array,
): Float64Array {
  return made.map((value, row) => {
    const by = other[row]!;
    switch (kind) {
      case "ratio":
        return value * by;
      case "product":
        return by === 0 ? NaN : value / by;
      case "difference":
        return value + by;
      case "sum":
        return value - by;
      default:
        return assertNever(kind);
    }
  });
}

const PARTS = /^((?:[^\\&]|\\.)*) & ((?:[^\\&]|\\.)*)$/s;

function splitTexts(column: Column): ([string, string] | null)[] {
  const rowCount = column.kind === "categorical" ? column.codes.length : column.values.length;
  return Array.from({ length: rowCount }, (_, row) => {
    const found = PARTS.exec(cellText(column, row) ?? "");
    return found === null ? null : [unescaped(found[1]!), unescaped(found[2]!)];
  });
}

const unescaped = (text: string): string => text.replaceAll(/\\(.)/gs, "$1");
