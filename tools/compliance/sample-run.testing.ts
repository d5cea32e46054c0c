import type { Artifact } from "#core/contract/artifact.ts";
import type { ApprovalGate } from "#core/contract/gate.ts";
import type { JsonObject } from "#core/contract/json.ts";
import type { RunRecord } from "#core/contract/run-record.ts";
import { createTestToolContext, type TestToolContext } from "#core/testing/tool-context.ts";
import { sampleModels } from "../deployment/sample-model.testing.ts";

/** A finished run for the tests of documents: a fairness audit that failed, a mitigation, one that passed. */
export interface SampleRun {
  context: TestToolContext;
  model: string;
  run: RunRecord;
}

export async function createSampleRun(
  change: (run: RunRecord) => RunRecord = (run) => run,
): Promise<SampleRun> {
  const store = createTestToolContext();
  const artifacts: Artifact[] = [];
  const keep = async (name: string, kind: Artifact["kind"], content: unknown): Promise<string> => {
    const text = typeof content === "string" ? content : JSON.stringify(content);
    const sha256 = await store.seedArtifact(text);
    artifacts.push({
      sha256: sha256 as Artifact["sha256"], // a digest that the store just computed
      name,
      kind,
      mediaType: name.endsWith(".json") ? "application/json" : "text/csv",
      bytes: Buffer.byteLength(text),
      inputs: [],
    });
    return sha256;
  };
  const dataset = await keep("data/loans.csv", "dataset", "income,housing\n1000,rent\n");
  const profile = await keep("data_profile.json", "data-profile", profileBody);
  const validation = await keep("validation.json", "validation-report", { ok: true });
  const clean = await keep("preparation.json", "preparation-report", { rowsRemoved: 12 });
  const parts = { train: await keep("split/train.csv", "split", "1"), validation: "", test: "" };
  parts.validation = await keep("split/validation.csv", "split", "2");
  parts.test = await keep("split/test.csv", "split", "3");
  const first = await keep("models/first.json", "model", JSON.stringify(sampleModels.binary));
  await keep("fairness_1.json", "fairness", fairnessBody(first, 0.19));
  const mitigated = { ...sampleModels.binary, training: { ...sampleModels.binary.training, seed: 8 } };
  const model = await keep("models/model.json", "model", JSON.stringify(mitigated));
  const metrics = await keep("metrics.json", "metrics", metricsBody);
  const fairness = await keep("fairness_2.json", "fairness", fairnessBody(model, 0.041));
  const drift = await keep("drift.json", "drift", driftBody);
  const explanation = await keep("shap.json", "explanation", explanationBody);
  const facts: JsonObject = {
    data: {
      dataset,
      name: "loans.csv",
      rows: 19_988,
      columns: 24,
      target: "default",
      problemType: "binary",
      positiveClass: "yes",
      classes: ["no", "yes"],
    },
    profile: {
      artifact: profile,
      missingCells: 4120,
      missingShare: 0.0086,
      duplicateRows: 12,
      warnings: ["applied is constant in 3 months"],
    },
    validation: { artifact: validation, ok: true, errors: 0, warnings: 2, failed: [], leakage: [] },
    clean: { artifact: clean, rowsRemoved: 12, columnsRemoved: ["customer_id"], cellsChanged: 4120 },
    split: { method: "stratified", ...parts, rows: { train: 12_000, validation: 3994, test: 3994 } },
    algorithm: { name: "logistic_regression", reason: "few rows, mostly linear effects" },
    model: {
      artifact: model,
      algorithm: "logistic_regression",
      problemType: "binary",
      features: 4,
      trainRows: 12_000,
      mitigation: "reweighing",
      validation: { metric: "auc", value: 0.8123 },
    },
    metrics: {
      artifact: metrics,
      model,
      rows: 3994,
      primary: "auc",
      values: { auc: 0.8064, accuracy: 0.7721, f1: 0.6612, logLoss: 0.4711, brier: 0.1522 },
    },
    fairness: {
      artifact: fairness,
      model,
      passed: true,
      limit: 0.1,
      audited: true,
      worst: { attribute: "sex", metric: "demographicParityDifference", value: 0.041 },
      attributes: { sex: { demographicParityDifference: 0.041, demographicParityRatio: 0.88 } },
    },
    drift: {
      artifact: drift,
      passed: true,
      verdict: "moderate",
      limit: 0.25,
      maxPsi: 0.142,
      column: "income",
      driftedColumns: ["income"],
      columns: 3,
    },
    explanation: {
      artifact: explanation,
      model,
      method: "exact linear SHAP",
      additive: true,
      top: [{ feature: "income", importance: 0.71 }],
    },
    package: {
      image: `sha256:${"c4".repeat(32)}`,
      layout: "image",
      model,
      manifest: "d5".repeat(32),
      signature: "e6".repeat(32),
      runtime: "bundled",
    },
  };
  const run = change({
    runId: "run_01JSAMPLE00000000000000001",
    createdAt: "2026-01-01T00:00:00.000Z",
    workflow: { id: "governed_training", version: "1.2.0", hash: "1f".repeat(32) },
    deployment: { id: "example", configHash: "2e".repeat(32) },
    request: {
      problem: "Predict which applicants will default on a consumer loan within a year.",
      data: {
        sha256: artifacts[0]?.sha256 ?? ("0".repeat(64) as Artifact["sha256"]),
        name: "loans.csv",
        bytes: 26,
      }, // 64 zeros
      target: "default",
      protected: ["sex"],
      workflow: "governed_training",
      approve: "ask",
      seed: 7,
      limits: { maxModelCalls: 400, maxToolCalls: 400, maxMinutes: 240, maxDepth: 5 },
      documentTime: "2026-01-01T00:00:00.000Z",
    },
    facts,
    artifacts,
    gates: sampleGates,
    decisions: [
      { source: "agent-allowlist", behaviour: "allow", count: 41 },
      { source: "human-in-the-loop", behaviour: "ask", count: 1 },
      { source: "egress", behaviour: "deny", count: 2 },
    ],
    denials: [
      {
        tool: "web_search",
        agent: "algorithm_researcher",
        source: "egress",
        rule: "egress-default",
        reason: "No host is on the egress list of this deployment, so no request may leave the machine.",
      },
    ],
    trail: sampleTrail,
    usage: {
      inputTokens: 182_400,
      outputTokens: 9120,
      cacheReadTokens: 0,
      cacheWriteTokens: 0,
      reasoningTokens: 0,
      costUsd: 0,
      modelCalls: 74,
      toolCalls: 31,
    },
  });
  return { context: { ...store, run }, model, run };
}

const sampleTrail: RunRecord["trail"] = [
  {
    agent: "ml_director",
    team: "management",
    tier: "director",
    depth: 0,
    turns: 6,
    tools: [],
    outcome: "finished",
  },
  {
    agent: "data_coordinator",
    team: "data",
    tier: "coordinator",
    depth: 1,
    turns: 4,
    tools: [],
    outcome: "finished",
  },
  {
    agent: "data_profiler",
    team: "data",
    tier: "worker",
    depth: 2,
    turns: 3,
    tools: [
      { tool: "load_dataset", outcome: "ok" },
      { tool: "profile_data", outcome: "ok" },
    ],
    outcome: "finished",
  },
  {
    agent: "algorithm_researcher",
    team: "algorithm",
    tier: "worker",
    depth: 2,
    turns: 2,
    tools: [{ tool: "web_search", outcome: "refused-by-policy" }],
    outcome: "finished",
  },
];

const gateBase = {
  runId: "run_01JSAMPLE00000000000000001",
  inputHash: "3d".repeat(32),
  role: "operator",
  openedAt: "2026-01-01T00:02:00.000Z",
} as const;

// Ids and digests above have the forms that the branded types stand for.
const sampleGates = [
  {
    ...gateBase,
    gateId: "gate_01JSAMPLE1",
    kind: "deploy",
    subject: { kind: "checkpoint", nodeId: "approve_deployment" },
    reason: "The package is ready. Approve to publish the manifests.",
    state: "resolved",
    decision: "approved",
    resolvedBy: { kind: "user", id: "zażółć@example.org", role: "reviewer" },
    resolvedAt: "2026-01-01T00:05:00.000Z",
  },
  {
    ...gateBase,
    gateId: "gate_01JSAMPLE2",
    kind: "manual",
    subject: { kind: "tool-call", callId: "call_000007", tool: "deploy_serving" },
    reason: "An external effect.",
    state: "open",
  },
] as unknown as ApprovalGate[];

const profileBody = {
  rowCount: 20_000,
  columns: [
    { name: "income", kind: "numeric", count: 19_800, missing: 200, distinct: 8211, flags: [] },
    { name: "housing", kind: "categorical", count: 20_000, missing: 0, distinct: 2, flags: [] },
  ],
};

const metricsBody = {
  problem: "binary",
  rows: 3994,
  positiveClass: "yes",
  classes: ["no", "yes"],
  metrics: {
    auc: 0.8064,
    averagePrecision: 0.61,
    brier: 0.1522,
    confusion: { truePositives: 700, falsePositives: 410, falseNegatives: 500, trueNegatives: 2384 },
  },
  perClass: [
    { label: "no", support: 2794, precision: 0.83, recall: 0.85, f1: 0.84 },
    { label: "yes", support: 1200, precision: 0.63, recall: 0.58, f1: 0.61 },
  ],
  roc: Array.from({ length: 60 }, (_, index) => ({
    falsePositiveRate: index / 59,
    truePositiveRate: Math.sqrt(index / 59),
    threshold: 1 - index / 59,
  })),
  precisionRecall: Array.from({ length: 60 }, (_, index) => ({
    recall: index / 59,
    precision: 1 - (0.7 * index) / 59,
    threshold: 1 - index / 59,
  })),
  calibration: Array.from({ length: 10 }, (_, index) => ({
    from: index / 10,
    to: (index + 1) / 10,
    meanProbability: index / 10 + 0.05,
    positiveShare: Math.min(1, index / 10 + 0.02),
    rowCount: 400,
  })),
  calibrationError: 0.03,
  intervals: { auc: { low: 0.79, high: 0.82 } },
};

function fairnessBody(model: string, difference: number) {
  return {
    model,
    problem: "binary",
    positiveClass: "yes",
    audited: true,
    passed: difference <= 0.1,
    limit: 0.1,
    attributes: [
      {
        attribute: "sex",
        demographicParityDifference: difference,
        demographicParityRatio: 0.71,
        groups: [
          { label: "female", count: 1800 },
          { label: "male", count: 2194 },
        ],
        metrics: {
          selectionRate: { overall: 0.33, byGroup: [0.31, 0.31 + difference] },
          truePositiveRate: { overall: 0.58, byGroup: [0.55, 0.6] },
        },
      },
    ],
  };
}

const driftBody = {
  limit: 0.25,
  timeline: [],
  columns: [
    { column: "housing", verdict: "stable", psi: 0.004, pValue: 0.61 },
    {
      column: "income",
      verdict: "moderate",
      psi: 0.142,
      ks: 0.11,
      pValue: 0.0003,
      comparison: {
        kind: "numeric",
        reference: { count: 90 },
        current: { count: 60 },
        edges: [1000, 2000],
        referenceCounts: [30, 30, 30],
        currentCounts: [10, 20, 30],
      },
    },
    { column: "has_guarantor", verdict: "stable", psi: 0.021, pValue: 0.2 },
  ],
};

const explanationBody = {
  method: "linear-shap",
  space: "log-odds",
  features: ["applied", "income", "housing", "has_guarantor"],
  outputs: ["yes"],
  expected: [-1],
  rows: [0, 1],
  contributions: [[0.04, 0.71, -0.22, 0.1, -0.04, -0.71, 0.22, 0.1]],
  margins: [[-0.37, -1.43]],
  importance: [
    { feature: "income", meanAbsolute: 0.71 },
    { feature: "housing", meanAbsolute: 0.22 },
    { feature: "has_guarantor", meanAbsolute: 0.1 },
    { feature: "applied", meanAbsolute: 0.04 },
  ],
  dependence: [{ feature: "income", values: [3000, 500], contributions: [0.71, -0.71] }],
};
