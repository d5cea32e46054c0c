/** One number of the reference held against ours. */
export interface ReferenceCheck {
  /** The file and the case in it. */
  readonly file: string;
  readonly quantity: string;
  readonly expected: string;
  readonly got: string;
  /** Distance in the sense of the tolerance; NaN when there is nothing to measure. */
  readonly error: number;
  readonly tolerance: number;
  readonly holds: boolean;
}

type Plain = number | string | null | undefined;

interface Measured {
  readonly file: string;
  readonly quantity: string;
  readonly expected: Plain;
  readonly got: Plain;
  readonly tolerance: number;
  /** `relative` divides by |expected|, `mixed` by max(1, |expected|). */
  readonly measure: "absolute" | "relative" | "mixed";
}

/** Compares one value; words and nulls have to be the same. */
export function checkValue({ file, quantity, expected, got, tolerance, measure }: Measured): ReferenceCheck {
  const base = { file, quantity, expected: shown(expected), got: shown(got), tolerance };
  if (typeof expected !== "number" || typeof got !== "number") {
    return { ...base, error: Number.NaN, holds: expected === got };
  }
  const distance = Math.abs(got - expected);
  const scale = { absolute: 1, relative: Math.abs(expected), mixed: Math.max(1, Math.abs(expected)) }[
    measure
  ];
  const error = distance === 0 ? 0 : distance / scale;
  return { ...base, error, holds: error <= tolerance };
}

interface MeasuredList extends Omit<Measured, "expected" | "got"> {
  readonly expected: ArrayLike<number>;
  readonly got: ArrayLike<number>;
}

/** Compares many numbers of one kind and shows the pair that lies furthest apart. */
export function checkNumbers({ expected, got, ...about }: MeasuredList): ReferenceCheck {
  if (expected.length !== got.length) {
    const words = { expected: `${expected.length} numbers`, got: `${got.length} numbers` };
    return { ...checkValue({ ...about, ...words }), file: about.file };
  }
  let worst = checkValue({ ...about, expected: expected[0], got: got[0] });
  for (let index = 1; index < expected.length; index++) {
    const one = checkValue({ ...about, expected: expected[index], got: got[index] });
    if (!one.holds || one.error > worst.error) worst = one;
    if (!one.holds) break;
  }
  return { ...worst, quantity: `${about.quantity} (${expected.length})` };
}

function shown(value: Plain): string {
  return typeof value === "number" ? String(Number(value.toPrecision(10))) : String(value);
}
