import { z } from "zod";
import { FailureError, fail, ok, type Result } from "#core/contract/failure.ts";
import { defineTool, type ToolContext } from "#core/contract/tool-definition.ts";
import { decodeModel } from "#lib/ml/score/decode-model.ts";
import { MlError } from "#lib/ml/score/ml-error.ts";
import type { Model } from "#lib/ml/score/model-file.ts";
import { cardContent } from "./card/card-content.ts";
import { renderPicture } from "../pictures/render-picture.ts";
import { formatTime } from "../pictures/format-value.ts";
import { renderHtml } from "./document/render-html.ts";
import { renderMarkdown } from "./document/render-markdown.ts";
import type { ReportDocument } from "./document/report-document.ts";
import { collectEvidence } from "./evidence/evidence.ts";

const digest = z.string().regex(/^[0-9a-f]{64}$/, "64 lowercase hex digits");
const words = z.string().min(1).max(4000).optional();

const Input = z.strictObject({
  model: digest.describe("SHA-256 of the model artifact"),
  name: z.string().min(1).max(100).optional().describe("Name of the model; its target and problem otherwise"),
  metrics: digest.optional().describe("SHA-256 of the metrics artifact; the run's own otherwise"),
  fairness: digest.optional().describe("SHA-256 of the fairness artifact; the run's own otherwise"),
  drift: digest.optional().describe("SHA-256 of the drift artifact; the run's own otherwise"),
  explanation: digest.optional().describe("SHA-256 of the explanation artifact; the run's own otherwise"),
  profile: digest.optional().describe("SHA-256 of the data profile; the run's own otherwise"),
  intendedUse: words.describe("Stated by the owner, printed as it is"),
  outOfScope: words.describe("Stated by the owner, printed as it is"),
  limitations: words.describe("Stated by the owner, printed as it is"),
  contact: words.describe("Whom to ask about the model"),
});

const Output = z.strictObject({
  artifact: digest,
  html: digest,
  document: digest,
  charts: z.array(z.string()),
  /** Parts that the card says were not recorded. */
  missing: z.array(z.string()),
});

const PICTURE_FOLDER = "pictures";

export const generateModelCard = defineTool({
  name: "generate_model_card",
  group: "compliance",
  description:
    "Writes the model card (Markdown, self-contained HTML with charts, and its content as JSON) from recorded results " +
    "only: details, intended use, factors, metrics, data, analyses, ethics, caveats, lineage. What was not recorded " +
    "is said to be missing. Use it after evaluation, fairness, drift and explanation.",
  input: Input,
  output: Output,
  example: { model: "sample:model", metrics: "sample:metrics" },
  effect: "write",
  repeat: "safe",
  parallel: true,
  timeoutMs: 60_000,
  async run(input, context) {
    try {
      return await writeCard(input, context);
    } catch (thrown) {
      if (thrown instanceof FailureError) return { ok: false, failure: thrown.failure };
      throw thrown;
    }
  },
});

async function writeCard(input: z.output<typeof Input>, context: ToolContext) {
  const model = readModel(await context.artifacts.read(input.model));
  if (!model.ok) return model;
  const evidence = await collectEvidence(context, input);
  const request = context.run?.request;
  const content = cardContent({
    name: input.name ?? `${model.value.target} (${model.value.problem})`,
    date: formatTime(context.documentTime),
    model: model.value,
    digest: input.model,
    evidence,
    stated: input,
    run:
      request === undefined
        ? undefined
        : { problem: request.problem, protected: request.protected, timeColumn: request.timeColumn },
  });
  const { facts } = evidence;
  const read = [facts.metrics, facts.fairness, facts.drift, facts.explanation, facts.profile];
  const inputs = [...new Set([input.model, ...read.flatMap((fact) => fact?.artifact ?? [])])];
  const keep = (name: string, mediaType: string, text: string) =>
    context.artifacts.put({ name, kind: "model-card", mediaType, content: text, inputs });
  const charts: string[] = [];
  for (const block of content.sections.flatMap((section) => section.blocks)) {
    if (block.type !== "picture") continue;
    const source = evidence.pictures.sources.get(block.picture.id);
    const kept = await context.artifacts.put({
      name: `${PICTURE_FOLDER}/${block.picture.id}.svg`,
      kind: "chart",
      mediaType: "image/svg+xml",
      content: await renderPicture(block.picture, "file"),
      inputs: source === undefined ? inputs : [source],
    });
    charts.push(kept.name);
  }
  const document = await keep("model_card.json", "application/json", `${JSON.stringify(content, null, 2)}\n`);
  const html = await keep("model_card.html", "text/html", await renderHtml(content));
  const card = await keep("model_card.md", "text/markdown", renderMarkdown(content, PICTURE_FOLDER));
  return {
    ok: true as const,
    output: {
      artifact: card.sha256,
      html: html.sha256,
      document: document.sha256,
      charts,
      missing: missingParts(content),
    },
    facts: { card: { artifact: card.sha256, name: card.name } },
  };
}

function readModel(file: Uint8Array): Result<Model> {
  try {
    return ok(decodeModel(file));
  } catch (thrown) {
    if (thrown instanceof MlError) return fail("invalid-input", thrown.message);
    throw thrown;
  }
}

function missingParts(content: ReportDocument): string[] {
  return content.sections
    .flatMap((section) => section.blocks)
    .flatMap((block) =>
      block.type === "paragraph" ? (/^Not recorded: (.+?)\.?$/.exec(block.text)?.[1] ?? []) : [],
    );
}
