import { z } from "zod";
import { fail } from "#core/contract/failure.ts";
import { defineTool } from "#core/contract/tool-definition.ts";
import { EXPORT_FORMATS, type ExportFormat, type ExportProof, treeFileColumns } from "#lib/ml/index.ts";
import { digestOf, loadFrame, loadModel } from "../engine/artifacts.ts";
import { runTask } from "../engine/run-task.ts";
import type { ExportFact } from "../facts.ts";

const Comparison = z.strictObject({
  rows: z.number().int(),
  largestDifference: z.number().describe("largest difference of a margin"),
  rowsApart: z.number().int().describe("rows that differ by more than rounding explains"),
});

const FILES: Readonly<Record<ExportFormat, { name: string; mediaType: string }>> = {
  "xgboost-json": { name: "export/model.xgboost.json", mediaType: "application/json" },
  "lightgbm-text": { name: "export/model.lightgbm.txt", mediaType: "text/plain" },
  onnx: { name: "export/model.onnx", mediaType: "application/octet-stream" },
};

export const exportModelTool = defineTool({
  name: "export_model",
  group: "deployment",
  description:
    "Writes a trained model in another program's format: `onnx` (the whole model with its preparation, one input per raw " +
    "column, for ONNX Runtime 1.21 or later), `xgboost-json` (trees, for XGBoost 1.7 or later) or `lightgbm-text` (trees, " +
    "for LightGBM 3.3 or later). Tree files are read back and must give the model's margins; of an ONNX file the structure " +
    "is checked, nothing is computed with it. The result says by name what the file carries and what it leaves out; what a " +
    "format cannot hold without being changed is refused by name.",
  input: z.strictObject({
    model: digestOf("the model"),
    format: z.enum(EXPORT_FORMATS),
    sample: digestOf("rows to compare the file's margins on").optional(),
  }),
  output: z.strictObject({
    artifact: z.string(),
    file: z.string().describe("name in the run's folder"),
    format: z.enum(EXPORT_FORMATS),
    bytes: z.number().int(),
    columns: z
      .array(z.strictObject({ name: z.string(), levels: z.array(z.string()).nullable() }))
      .describe(
        "what a tree file reads, in order: prepared columns, levels in the order of their codes; [] for onnx",
      ),
    carried: z.array(z.string()),
    notCarried: z.array(z.string()),
    proof: z.discriminatedUnion("kind", [
      z.strictObject({
        kind: z.literal("margins"),
        tolerance: z.number(),
        probes: Comparison,
        sample: Comparison.nullable(),
      }),
      z.strictObject({
        kind: z.literal("structure"),
        nodes: z.number().int(),
        operators: z.array(z.string()),
        inputs: z.array(z.string()),
        outputs: z.array(z.string()),
      }),
    ]),
  }),
  example: { model: "sample:model", format: "xgboost-json", sample: "sample:test" },
  effect: "write",
  repeat: "safe",
  parallel: true,
  timeoutMs: 600_000,
  async run(input, context) {
    const { format } = input;
    const model = await loadModel(context, input.model);
    const sample = input.sample === undefined ? null : await loadFrame(context, input.sample);
    const exported = await runTask(context, "export-model", { model, format, sample });
    if (exported.kind === "refused") {
      return fail("invalid-input", `The model cannot be written as ${format}. ${exported.reasons.join(" ")}`);
    }
    const { bytes, carried, notCarried, proof } = exported;
    const artifact = await context.artifacts.put({
      ...FILES[format],
      kind: "model",
      content: bytes,
      inputs: [input.model, ...(input.sample === undefined ? [] : [input.sample])],
    });
    const columns =
      format === "onnx"
        ? []
        : treeFileColumns(model.preparation).map(({ name, levels }) => ({
            name,
            levels: levels === null ? null : [...levels],
          }));
    const output = { artifact: artifact.sha256, file: artifact.name, format, bytes: artifact.bytes, columns };
    const fact: ExportFact = { artifact: artifact.sha256, model: input.model, format, name: artifact.name };
    return {
      ok: true,
      facts: { export: fact },
      output: {
        ...output,
        carried: [...carried],
        notCarried: [...notCarried, ...apartNote(proof)],
        proof: proof.kind === "margins" ? proof : { ...proof, ...listsOf(proof) },
      },
    };
  },
});

/** What rows that the file and the model answer differently have in common. */
function apartNote(proof: ExportProof): string[] {
  const sample = proof.kind === "margins" ? proof.sample : null;
  if (sample === null || sample.rowsApart === 0) return [];
  return [
    `The last digits of some numbers: ${sample.rowsApart} of ${sample.rows} sample rows lie so close to a threshold that single precision, which the file's readers use, puts them on its other side. Round the columns before training, or use ONNX.`,
  ];
}

/** The schema's lists are writable; the engine's are not. */
function listsOf(proof: {
  readonly operators: readonly string[];
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}) {
  return { operators: [...proof.operators], inputs: [...proof.inputs], outputs: [...proof.outputs] };
}
