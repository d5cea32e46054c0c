import { z } from "zod";
import { DATE_UNITS } from "#lib/ml/index.ts";

const column = z.string().min(1);
const name = z
  .string()
  .min(1)
  .max(200)
  .optional()
  .describe("name of the new column; follows from the step when absent");
const part = z.enum(DATE_UNITS);

/** A step of engineer_features as its caller writes it. */
export const EngineeringStepInput = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("date-part"), column, part, name }),
  z.strictObject({
    kind: z.literal("cyclic"),
    column,
    part: part.optional().describe("for a date column: which part of it"),
    period: z
      .number()
      .positive()
      .optional()
      .describe("for a number: length of the cycle, 24 for hours of a day"),
    name,
  }),
  z.strictObject({ kind: z.enum(["signed-log", "signed-sqrt", "yeo-johnson"]), column, name }),
  z.strictObject({
    kind: z.literal("bins"),
    column,
    count: z.number().int().min(2).max(100),
    by: z.enum(["quantile", "width"]).optional(),
    name,
  }),
  z.strictObject({
    kind: z.enum(["ratio", "product", "difference", "sum"]),
    left: column,
    right: column,
    name,
  }),
  z.strictObject({
    kind: z.literal("frequency"),
    columns: z.array(column).min(1).describe("one, or several whose values are counted together"),
    as: z.enum(["share", "count"]).optional(),
    name,
  }),
  z.strictObject({
    kind: z.literal("target-mean"),
    columns: z.array(column).min(1),
    smoothing: z
      .number()
      .min(0)
      .optional()
      .describe("rows of the overall mean added to each value's own; 20 when absent"),
    name,
  }),
  z.strictObject({ kind: z.literal("rare"), column, minimum: z.number().int().min(1), name }),
  z.strictObject({ kind: z.literal("interaction"), left: column, right: column, name }),
]);
export type EngineeringStepInput = z.output<typeof EngineeringStepInput>;
