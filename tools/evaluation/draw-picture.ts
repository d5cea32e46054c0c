import { z } from "zod";
import { failure } from "#core/contract/failure.ts";
import { defineTool } from "#core/contract/tool-definition.ts";
import { digestOf } from "../engine/artifacts.ts";
import { drawChosen, PICTURE_KINDS } from "../pictures/draw-chosen.ts";
import { renderPicture } from "../pictures/render-picture.ts";
import { readReport } from "./read-report.ts";

export const drawPictureTool = defineTool({
  name: "draw_picture",
  group: "evaluation",
  description:
    "Draw what a kept report holds as SVG: ROC, precision and recall, calibration, confusion or errors of an evaluation, the learning curve of a training, SHAP importance, beeswarm, dependence and waterfall, fairness between groups with intervals, drift by column, by bin and over time. Give the report's digest; without `picture` all that it allows are drawn, but for single rows. Returns each picture's finding in words and its numbers. Kept as pictures/NAME.svg.",
  input: z.strictObject({
    report: digestOf(
      "what evaluate_model, fairness_audit, detect_drift, explain_model or explain_prediction kept, or the `report` of a training tool",
    ),
    picture: z.enum(PICTURE_KINDS).optional().describe("all that the report allows when absent"),
    feature: z.string().optional().describe("for shap-dependence; the strongest when absent"),
    column: z.string().optional().describe("for drift-histogram; the first of the report when absent"),
    attribute: z.string().optional().describe("for fairness-groups; the first of the report when absent"),
    measure: z
      .string()
      .optional()
      .describe("for fairness-groups, for instance truePositiveRate; selectionRate when absent"),
    row: z.number().int().min(0).optional().describe("for shap-waterfall: a row that the report explains"),
    output: z
      .string()
      .optional()
      .describe("for shap-beeswarm and shap-waterfall: the class, the first when absent"),
  }),
  output: z.strictObject({
    pictures: z.array(
      z.strictObject({
        artifact: z.string().describe("digest of the SVG"),
        name: z.string(),
        title: z.string(),
        finding: z.string().describe("what the picture says; why it is empty when there was nothing to draw"),
        isDrawn: z.boolean(),
        columns: z.array(z.string()),
        rows: z.array(z.array(z.string())).describe("the picture's numbers"),
      }),
    ),
  }),
  example: { report: "sample:metrics", picture: "roc" },
  effect: "read",
  repeat: "safe",
  parallel: true,
  timeoutMs: 120_000,
  async run({ report, ...wish }, context) {
    const body = await readReport(context, report, {
      schema: z.record(z.string(), z.unknown()),
      what: "the digest of a report that an evaluation tool kept",
    });
    const drawn = drawChosen(body, wish);
    if (typeof drawn === "string") return { ok: false, failure: failure("invalid-input", drawn) };
    const pictures = [];
    for (const picture of drawn) {
      context.signal.throwIfAborted();
      const kept = await context.artifacts.put({
        name: `pictures/${picture.id}.svg`,
        kind: "chart",
        mediaType: "image/svg+xml",
        content: await renderPicture(picture, "file"),
        inputs: [report],
      });
      const { columns, rows } = picture.kind === "drawn" ? picture.table : { columns: [], rows: [] };
      pictures.push({
        artifact: kept.sha256,
        name: kept.name,
        title: picture.title,
        finding: picture.summary,
        isDrawn: picture.kind === "drawn",
        columns: columns.map(({ title }) => title),
        rows,
      });
    }
    return { ok: true, output: { pictures } };
  },
});
