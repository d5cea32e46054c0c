import { z } from "zod";
import { Picture, Tone } from "../../pictures/picture.ts";

/** How a column is set: `number` to the right, `digest` in a fixed-width face that may break anywhere. */
export const ColumnKind = z.enum(["text", "number", "digest"]);
export type ColumnKind = z.infer<typeof ColumnKind>;

/** One piece of a document. Texts are plain: each renderer escapes for its own format. */
export const Block = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("heading"), text: z.string() }),
  z.strictObject({ type: z.literal("paragraph"), text: z.string() }),
  z.strictObject({ type: z.literal("list"), items: z.array(z.string()).min(1) }),
  z.strictObject({ type: z.literal("verdict"), tone: Tone, text: z.string() }),
  z.strictObject({
    type: z.literal("pairs"),
    rows: z
      .array(z.strictObject({ name: z.string(), value: z.string(), kind: ColumnKind.exclude(["number"]) }))
      .min(1),
  }),
  z.strictObject({
    type: z.literal("table"),
    caption: z.string(),
    columns: z
      .array(
        z.strictObject({
          title: z.string(),
          kind: ColumnKind,
          /** Share of the width relative to the other columns. */
          width: z.number().positive(),
        }),
      )
      .min(1),
    rows: z.array(z.array(z.string())),
  }),
  z.strictObject({ type: z.literal("code"), text: z.string() }),
  z.strictObject({ type: z.literal("picture"), picture: Picture }),
]);
export type Block = z.infer<typeof Block>;

export const Section = z.strictObject({ title: z.string().min(1), blocks: z.array(Block) });
export type Section = z.infer<typeof Section>;

/** A document as data: what model_card.json holds, and what Markdown, HTML and PDF are made from. */
export const ReportDocument = z.strictObject({
  format: z.literal("swarm-document/2"),
  title: z.string().min(1),
  subtitle: z.string(),
  sections: z.array(Section).min(1),
});
export type ReportDocument = z.infer<typeof ReportDocument>;
