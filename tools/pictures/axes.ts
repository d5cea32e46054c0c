import { formatSetting } from "./format-value.ts";
import { niceAxis } from "./nice-axis.ts";
import type { Axis } from "./picture.ts";
import { fitText } from "./text-width.ts";

/** Longest name beside a bar, in units of the page; the table has it whole. */
const NAME_WIDTH = 134;
export const LABEL_SIZE = 11;

/** An axis over numbers with marks at round ones. Equal ends get room on both sides. */
export function numberAxis(title: string, smallest: number, largest: number): Axis {
  const isPoint = smallest === largest;
  const pad = isPoint ? Math.abs(smallest) * 0.1 || 1 : 0;
  const { min, max, step } = niceAxis(smallest - pad, largest + pad);
  const count = Math.round((max - min) / step);
  const marks = Array.from({ length: count + 1 }, (_, index) => {
    const at = Number((min + index * step).toPrecision(12));
    return { at, label: shortNumber(at) };
  });
  return { title, min, max, marks, hasGrid: true, isReversed: false };
}

/** An axis of shares from 0 to 1, in fifths. */
export function shareAxis(title: string): Axis {
  const marks = [0, 0.2, 0.4, 0.6, 0.8, 1].map((at) => ({ at, label: String(at) }));
  return { title, min: 0, max: 1, marks, hasGrid: true, isReversed: false };
}

/** Names from the top down, one unit each, centred at 0, 1, 2 and on. */
export function nameAxis(title: string, names: readonly string[]): Axis {
  return {
    title,
    min: -0.5,
    max: names.length - 0.5,
    marks: names.map((name, at) => ({ at, label: fitText(name, LABEL_SIZE, NAME_WIDTH) })),
    hasGrid: false,
    isReversed: true,
  };
}

/** A mark on an axis: `0.05`, `1,200`, `25k`, `3M`; no more letters than a narrow picture has room for. */
export function shortNumber(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e15 || (size > 0 && size < 1e-4)) return value.toExponential(Number.isInteger(value) ? 0 : 1);
  for (const [from, unit, letter] of SCALES) {
    if (size >= from) return `${formatSetting(value / unit)}${letter}`;
  }
  return formatSetting(value);
}

const SCALES = [
  [1e12, 1e12, "T"],
  [1e9, 1e9, "G"],
  [1e6, 1e6, "M"],
  // Four digits are as short as three and a letter.
  [1e4, 1e3, "k"],
] as const;
