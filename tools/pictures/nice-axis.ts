/** The ends of an axis and the distance of its marks, in steps of 1, 2 or 5 times a power of ten. */
export interface NiceAxis {
  min: number;
  max: number;
  step: number;
}

/** An axis that covers both values with four to eight marks at round numbers. */
export function niceAxis(smallest: number, largest: number): NiceAxis {
  const span = largest - smallest > 0 ? largest - smallest : Math.abs(largest) || 1;
  const rough = span / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough * 0.999) ?? rough;
  const min = Math.floor(smallest / step + 1e-9) * step;
  const max = Math.ceil((smallest + span) / step - 1e-9) * step;
  return { min: clean(min), max: clean(max), step: clean(step) };
}

/** Without the last digits that binary arithmetic leaves behind. */
function clean(value: number): number {
  return Number(value.toPrecision(12));
}
