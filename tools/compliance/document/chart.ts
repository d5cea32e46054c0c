import { z } from "zod";

/** How a value stands to its limit; never told by colour alone. */
export const Tone = z.enum(["neutral", "good", "warning", "bad"]);
export type Tone = z.infer<typeof Tone>;

/** Horizontal bars, largest meaning on top in the order given. */
export const BarChart = z.strictObject({
  kind: z.literal("bars"),
  id: z.string().regex(/^[a-z][a-z0-9-]*$/),
  title: z.string(),
  /** What the picture says, for those who do not see it. */
  summary: z.string(),
  valueTitle: z.string(),
  /** A line that the values are held against. */
  limit: z.strictObject({ value: z.number(), label: z.string() }).optional(),
  bars: z.array(z.strictObject({ label: z.string(), value: z.number(), tone: Tone })).min(1),
});
export type BarChart = z.infer<typeof BarChart>;

/** Lines over the unit square or any other range. */
export const LineChart = z.strictObject({
  kind: z.literal("lines"),
  id: z.string().regex(/^[a-z][a-z0-9-]*$/),
  title: z.string(),
  summary: z.string(),
  xTitle: z.string(),
  yTitle: z.string(),
  /** What the diagonal from 0,0 to 1,1 stands for; without, none is drawn. */
  diagonal: z.string().optional(),
  lines: z
    .array(z.strictObject({ label: z.string(), points: z.array(z.tuple([z.number(), z.number()])).min(2) }))
    .min(1),
});
export type LineChart = z.infer<typeof LineChart>;

export const Chart = z.discriminatedUnion("kind", [BarChart, LineChart]);
export type Chart = z.infer<typeof Chart>;
