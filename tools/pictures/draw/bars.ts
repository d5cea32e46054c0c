import { LABEL_SIZE, nameAxis, numberAxis } from "../axes.ts";
import { formatNumber } from "../format-value.ts";
import { boxes, rule, texts } from "../marks.ts";
import type { Axis, Mark, Panel, Tone } from "../picture.ts";
import { textWidth } from "../text-width.ts";

export interface Bar {
  name: string;
  value: number;
  tone: Tone;
  /** An interval around the value. */
  interval?: { low: number; high: number } | undefined;
}

const ROW = 22;

/** Bars from the top down with their values in a column on the right, limits as dashed lines. */
export function barPanel(
  title: string,
  bars: readonly Bar[],
  limits: readonly { value: number; tone: Tone }[] = [],
): Panel {
  const values = bars.flatMap(({ value, interval }) => [
    value,
    interval?.low ?? value,
    interval?.high ?? value,
  ]);
  const ends = [0, ...values, ...limits.map((limit) => limit.value)];
  const written = bars.map(({ value, tone }) => `${formatNumber(value)}${tone === "bad" ? " !" : ""}`);
  const x = numberAxis(title, Math.min(...ends), Math.max(...ends));
  return {
    x,
    y: nameAxis(
      "",
      bars.map(({ name }) => name),
    ),
    height: ROW * Math.max(2, bars.length),
    rightRoom: 10 + Math.max(...written.map((text) => textWidth(text, LABEL_SIZE))),
    marks: [
      ...bars.flatMap((bar, at) =>
        boxes([[Math.min(0, bar.value), at - 0.32, Math.max(0, bar.value), at + 0.32]], { ink: bar.tone }),
      ),
      ...bars.flatMap((bar, at) => (bar.interval === undefined ? [] : whisker(bar.interval, at))),
      ...limits.map(({ value, tone }) =>
        rule([value, -0.5], [value, bars.length - 0.5], { ink: tone, dash: "dashed" }),
      ),
      ...column(x, written),
    ],
  };
}

/** Values written on the right of the drawing area, one for each name. */
export function column(x: Axis, written: readonly string[]): Mark[] {
  return texts(
    written.map((text, at) => ({ x: x.max, y: at, text })),
    { anchor: "start", shift: [6, 0] },
  );
}

/** An interval with caps. */
export function whisker({ low, high }: { low: number; high: number }, at: number): Mark[] {
  return [
    {
      type: "segments",
      segments: [
        [low, at, high, at],
        [low, at - 0.18, low, at + 0.18],
        [high, at - 0.18, high, at + 0.18],
      ],
      ink: "ink",
      dash: "solid",
      width: 1.3,
    },
  ];
}
