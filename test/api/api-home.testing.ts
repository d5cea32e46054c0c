import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { consumerCreditCsv } from "#lib/ml/index.ts";

/** A home that does not exist yet, a deployment with small workflows, and data that the server may read. */
export interface ApiHome {
  folder: string;
  home: string;
  deployment: string;
  data: string;
  environment: Record<string, string>;
}

/** Waits for a person at once; an approval lets it prepare the data. */
const asks = `
id: asks
version: 1.0.0
description: Asks first.
flow: graph
nodes:
  - id: consent
    type: checkpoint
    gate: manual
    reason: Approve that this data is looked at.
    role: operator
  - id: prepare
    type: stage
    agent: ml_director
    objective: Load the operator's data, profile it, validate it, mend it if needed, and split it.
    expects: [data, validation, split]
edges:
  - { from: consent, to: prepare }
`;

/** The same, but nobody has long to decide. */
const hurries = asks
  .replace("id: asks", "id: hurries")
  .replace("role: operator", "role: operator\n    escalateHours: 0.0001\n    ttlHours: 0.0002");

/** Prepares the data and trains one model. */
const trains = `
id: trains
version: 1.0.0
description: Trains.
flow: graph
nodes:
  - id: prepare
    type: stage
    agent: ml_director
    objective: Load the operator's data, profile it, validate it, mend it if needed, and split it.
    expects: [data, validation, split]
  - id: train
    type: stage
    agent: ml_director
    objective: Choose an algorithm and train a model on the training part.
    expects: [algorithm, model]
edges:
  - { from: prepare, to: train }
`;

/** Lays everything out below one temporary folder. */
export function writeApiHome(folder: string, options: { rowCount?: number } = {}): ApiHome {
  const deployment = join(folder, "deployment");
  const data = join(folder, "data");
  mkdirSync(join(deployment, "workflows"), { recursive: true });
  mkdirSync(data);
  writeFileSync(join(deployment, "config.yaml"), "id: tested\nbasedOn: generic_ml@1.0.0\n");
  for (const [id, text] of Object.entries({ asks, hurries, trains })) {
    writeFileSync(join(deployment, "workflows", `${id}.workflow.yaml`), text);
  }
  writeFileSync(join(data, "credit.csv"), consumerCreditCsv({ seed: 7, rowCount: options.rowCount ?? 400 }));
  const home = join(folder, "home");
  return { folder, home, deployment, data, environment: { SWARM_HOME: home, SWARM_DATA_DIRS: data } };
}

/** A body that starts a run on the home's data. */
export const startBody = (workflow: string, more: Record<string, unknown> = {}) => ({
  problemStatement: "Predict who will default on a loan",
  datasetPath: "credit.csv",
  target: "defaulted",
  workflow,
  seed: 7,
  ...more,
});
