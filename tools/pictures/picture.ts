import { z } from "zod";

/** How a value stands to its limit; never told by colour alone. */
export const Tone = z.enum(["neutral", "good", "warning", "bad"]);
export type Tone = z.infer<typeof Tone>;

/** Colours by role; each has a light and a dark value. The ramp goes from low to high. */
export const Ink = z.enum([
  "ink",
  "muted",
  "grid",
  "neutral",
  "second",
  "third",
  "fourth",
  "good",
  "warning",
  "bad",
  "ramp1",
  "ramp2",
  "ramp3",
  "ramp4",
  "ramp5",
]);
export type Ink = z.infer<typeof Ink>;

const Dash = z.enum(["solid", "dashed", "dotted"]);
const Shape = z.enum(["circle", "square", "triangle", "diamond"]);
const number = z.number();
const opacity = z.number().gt(0).max(1);

/** What is drawn in a panel. Coordinates are in the units of its axes, but for radius, width and shift: units of the page. */
export const Mark = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("line"),
    points: z.array(z.tuple([number, number])).min(2),
    ink: Ink,
    dash: Dash,
    width: number,
  }),
  z.strictObject({
    type: z.literal("dots"),
    points: z.array(z.tuple([number, number])),
    ink: Ink,
    shape: Shape,
    radius: number,
  }),
  z.strictObject({
    type: z.literal("boxes"),
    /** From x, from y, to x, to y. */
    boxes: z.array(z.tuple([number, number, number, number])),
    ink: Ink,
    look: z.enum(["filled", "outlined"]),
    opacity,
  }),
  z.strictObject({
    type: z.literal("segments"),
    segments: z.array(z.tuple([number, number, number, number])),
    ink: Ink,
    dash: Dash,
    width: number,
  }),
  z.strictObject({
    type: z.literal("texts"),
    texts: z.array(z.strictObject({ x: number, y: number, text: z.string() })),
    ink: Ink,
    anchor: z.enum(["start", "middle", "end"]),
    /** To the right and downwards. */
    shift: z.tuple([number, number]),
    size: number,
    weight: z.enum(["normal", "bold"]),
  }),
]);
export type Mark = z.infer<typeof Mark>;

/** An axis from `min` to `max` with labels at chosen places. */
export const Axis = z.strictObject({
  /** With the unit, where there is one. */
  title: z.string(),
  min: number,
  max: number,
  marks: z.array(z.strictObject({ at: number, label: z.string() })),
  hasGrid: z.boolean(),
  /** True for names that are read from the top down. */
  isReversed: z.boolean(),
});
export type Axis = z.infer<typeof Axis>;

export const Panel = z.strictObject({
  x: Axis,
  y: Axis,
  /** Of the drawing area, in units of the page. */
  height: z.number().positive(),
  /** Free units on the right of the drawing area, for values written beside bars. */
  rightRoom: z.number().nonnegative(),
  marks: z.array(Mark).min(1),
});
export type Panel = z.infer<typeof Panel>;

export const LegendEntry = z.strictObject({
  label: z.string(),
  ink: Ink,
  look: z.enum(["line", "dashed", "dotted", "box", "outline", "circle", "square", "triangle", "diamond"]),
});
export type LegendEntry = z.infer<typeof LegendEntry>;

/** The numbers of a picture, for those who read a table or do not see. */
export const PictureTable = z.strictObject({
  columns: z.array(z.strictObject({ title: z.string(), kind: z.enum(["text", "number"]) })).min(1),
  rows: z.array(z.array(z.string())),
  /** What was left out, in words; empty when nothing was. */
  rest: z.string(),
});
export type PictureTable = z.infer<typeof PictureTable>;

const named = {
  /** Also the name of its file. */
  id: z.string().regex(/^[a-z][a-z0-9-]{0,79}$/),
  title: z.string().min(1),
  /** The finding in words. */
  summary: z.string().min(1),
};

/** A picture as data: SVG, page and PDF are all drawn from it. One that cannot be drawn says why. */
export const Picture = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("drawn"),
    ...named,
    panels: z.array(Panel).min(1),
    legend: z.array(LegendEntry),
    table: PictureTable,
  }),
  z.strictObject({ kind: z.literal("empty"), ...named }),
]);
export type Picture = z.infer<typeof Picture>;
export type DrawnPicture = Extract<Picture, { kind: "drawn" }>;

/** The frame of a picture that has nothing to show, with the reason in it. */
export function emptyPicture(id: string, title: string, why: string): Picture {
  return { kind: "empty", id, title, summary: `Nothing to draw: ${why}.` };
}
