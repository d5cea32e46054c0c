import { describe, expect, it } from "vitest";
import { createTestToolContext, type TestToolContext } from "#core/testing/tool-context.ts";
import { sampleModels } from "../deployment/sample-model.testing.ts";
import { DocumentFact } from "../facts.ts";
import { ReportDocument } from "./document/report-document.ts";
import { generateModelCard } from "./generate-model-card.ts";
import { createSampleRun } from "./sample-run.testing.ts";

async function card(context: TestToolContext, input: Record<string, unknown>) {
  const outcome = await generateModelCard.run(generateModelCard.input.parse(input), context);
  const isMade = context.kept.some((artifact) => artifact.name === "model_card.md");
  const text = isMade ? Buffer.from(context.bytesOf("model_card.md")).toString() : "";
  return { outcome, text };
}

describe("generate_model_card", () => {
  it("writes the field's sections in their order", async () => {
    const { context, model } = await createSampleRun();
    const { text } = await card(context, { model });
    expect(text.match(/^## .+/gm)).toEqual(
      [
        "Model details",
        "Intended use",
        "Factors",
        "Metrics",
        "Evaluation data",
        "Training data",
        "Quantitative analyses",
        "Ethical considerations",
        "Caveats and limitations",
        "Lineage",
        "Contact",
      ].map((title) => `## ${title}`),
    );
  });

  it("shows the ranking of the explanation file and no other", async () => {
    const { context, model } = await createSampleRun();
    const { text } = await card(context, { model });
    const ranking = [...text.matchAll(/^\| \d+ \| (\S+) \| [\d.]+ \|$/gm)].map((match) => match[1]);
    expect(ranking).toEqual(["income", "housing", "has\\_guarantor", "applied"]);
  });

  it("shows fairness before and after mitigation with the limit and the verdict", async () => {
    const { context, model } = await createSampleRun();
    const { text } = await card(context, { model });
    expect(text).toMatch(/\| first, failed \| `[0-9a-f]{12}` \| sex \| 0\.1900 \|/);
    expect(text).toMatch(/\| last, passed \| `[0-9a-f]{12}` \| sex \| 0\.0410 \|/);
    expect(text).toContain("the limit is 0.1.");
  });

  it("says what is missing instead of leaving it out", async () => {
    const context = createTestToolContext();
    const model = await context.seedArtifact(JSON.stringify(sampleModels.regression));
    const { text, outcome } = await card(context, { model });
    for (const part of [
      "metrics on a held-out part",
      "a fairness audit",
      "a drift check",
      "an explanation",
    ]) {
      expect(text).toContain(`Not recorded: ${part}`);
    }
    expect(outcome.ok && (outcome.output as { missing: string[] }).missing).toContain(
      "a fairness audit (fairness_audit)",
    );
    expect(text).toContain("Fairness was not audited.");
    expect(text).toContain("| Data set | not recorded |");
  });

  it("reads the artifacts that were named, without a run", async () => {
    const context = createTestToolContext();
    const model = await context.seedArtifact(JSON.stringify(sampleModels.binary));
    const metrics = await context.seedArtifact(JSON.stringify({ values: { auc: 0.91 }, rows: 100 }));
    const { text } = await card(context, { model, metrics });
    expect(text).toContain("| AUC | 0.9100 |");
  });

  it("says which recorded result could not be read, and goes on with its summary", async () => {
    const { context, model } = await createSampleRun((run) => ({
      ...run,
      facts: {
        ...run.facts,
        drift: { ...(run.facts.drift as object), artifact: "77".repeat(32) },
        split: { rows: 3 },
      },
    }));
    const { text } = await card(context, { model });
    expect(text).toContain("The drift artifact 777777777777… could not be read; its summary alone is shown.");
    expect(text).toContain("The recorded fact “split” has a shape that is not known here.");
    expect(text).toContain("Drift is moderate");
  });

  it("does not describe a model by what was measured on another", async () => {
    const { context } = await createSampleRun();
    const other = await context.seedArtifact(JSON.stringify(sampleModels.multiclass));
    const { text } = await card(context, { model: other });
    expect(text).toContain("Not recorded: metrics on a held-out part");
    expect(text).not.toContain("0.8064");
  });

  it("prints the owner's own words as they are", async () => {
    const { context, model } = await createSampleRun();
    const { text } = await card(context, {
      model,
      intendedUse: "Support for <loan> officers.",
      contact: "risk@example.org",
    });
    expect(text).toContain("Support for \\<loan\\> officers.");
    expect(text).toContain("## Contact\n\nrisk@example.org");
  });

  it("warns where a protected attribute is an input or decides the threshold", async () => {
    const { context } = await createSampleRun((run) => ({
      ...run,
      request: { ...run.request, protected: ["housing"] },
    }));
    const grouped = {
      ...sampleModels.binary,
      decision: {
        kind: "group-thresholds",
        columns: [
          { feature: { kind: "categorical", name: "housing", categories: ["own", "rent"] }, bands: null },
        ],
        thresholds: { own: 0.5, rent: 0.42 },
        fallback: 0.5,
      },
    };
    const { text } = await card(context, { model: await context.seedArtifact(JSON.stringify(grouped)) });
    expect(text).toContain("**The model reads as inputs: housing.**");
    expect(text).toContain("one threshold per group");
    expect(text).toContain("rent: 0.42");
  });

  it("keeps the card as Markdown, HTML and JSON, and each chart by itself", async () => {
    const { context, model } = await createSampleRun();
    const { outcome } = await card(context, { model });
    expect(context.kept.map((artifact) => artifact.name).toSorted()).toEqual([
      "model_card.html",
      "model_card.json",
      "model_card.md",
      ...[
        "calibration",
        "confusion",
        "drift-income",
        "drift",
        "fairness-history",
        "fairness-sex-selection-rate",
        "fairness",
        "precision-recall",
        "roc",
        "shap-beeswarm",
        "shap-dependence-income",
        "shap-importance",
      ].map((id) => `pictures/${id}.svg`),
    ]);
    expect(DocumentFact.parse(outcome.ok && outcome.facts?.card).name).toBe("model_card.md");
    expect(generateModelCard.output.safeParse(outcome.ok && outcome.output).success).toBe(true);
    const json: unknown = JSON.parse(Buffer.from(context.bytesOf("model_card.json")).toString());
    expect(ReportDocument.safeParse(json).success).toBe(true);
  });

  it("gives the same bytes for the same results", async () => {
    const digests = async () => {
      const { context, model } = await createSampleRun();
      await card(context, { model });
      return context.kept.map(({ name, sha256 }) => `${sha256} ${name}`);
    };
    expect(await digests()).toEqual(await digests());
  });

  it("refuses what is no model, and a digest that does not exist", async () => {
    const { context, model } = await createSampleRun();
    const noModel = await context.seedArtifact("{}");
    expect((await card(context, { model: noModel })).outcome).toMatchObject({
      ok: false,
      failure: { code: "invalid-input" },
    });
    const gone = await card(context, { model, metrics: "a".repeat(64) });
    expect(gone.outcome).toMatchObject({ ok: false, failure: { code: "not-found" } });
  });
});
