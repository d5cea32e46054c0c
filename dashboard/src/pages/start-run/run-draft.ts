import type { StartPipeline } from "#api/contract/pipeline.ts";
import type { DatasetUpload } from "#api/contract/shelf.ts";

/** What was chosen on the page so far; texts as they stand in their fields. */
export interface RunDraft {
  dataset: DatasetUpload | undefined;
  problem: string;
  target: string;
  protected: string[];
  timeColumn: string;
  approve: "ask" | "auto";
  workflow: string;
  provider: string;
  model: string;
  seed: string;
  budgetUsd: string;
}

export const emptyDraft: RunDraft = {
  dataset: undefined,
  problem: "",
  target: "",
  protected: [],
  timeColumn: "",
  approve: "ask",
  workflow: "",
  provider: "",
  model: "",
  seed: "",
  budgetUsd: "",
};

export type DraftField = "dataset" | "problem" | "target" | "seed" | "budgetUsd";

/** What is still missing or wrong, by field; empty when the run can be asked for. */
export function problemsOf(draft: RunDraft): Partial<Record<DraftField, string>> {
  const problems: Partial<Record<DraftField, string>> = {};
  if (draft.dataset === undefined) problems.dataset = "Choose the table to learn from.";
  if (draft.problem.trim() === "") problems.problem = "Say in a sentence what shall be predicted and why.";
  if (draft.target === "") problems.target = "Choose the column to predict.";
  if (draft.seed !== "" && !/^\d{1,10}$/.test(draft.seed))
    problems.seed = "A whole number from 0 on, or nothing.";
  if (draft.budgetUsd !== "" && !(Number(draft.budgetUsd) > 0))
    problems.budgetUsd = "An amount above 0, or nothing.";
  return problems;
}

/** Takes a new table in: choices that name columns it does not have are dropped. */
export function withDataset(draft: RunDraft, dataset: DatasetUpload | undefined): RunDraft {
  const names = new Set(dataset?.columns.map((column) => column.name));
  return {
    ...draft,
    dataset,
    target: names.has(draft.target) ? draft.target : "",
    protected: draft.protected.filter((name) => names.has(name)),
    timeColumn: names.has(draft.timeColumn) ? draft.timeColumn : "",
  };
}

/** Makes a column the target; it cannot be protected or the time at once. */
export function withTarget(draft: RunDraft, target: string): RunDraft {
  return {
    ...draft,
    target,
    protected: draft.protected.filter((name) => name !== target),
    timeColumn: draft.timeColumn === target ? "" : draft.timeColumn,
  };
}

/** The request of a draft without problems. */
export function requestOf(draft: RunDraft): StartPipeline {
  const { dataset } = draft;
  return {
    problemStatement: draft.problem.trim(),
    ...(dataset === undefined ? {} : { dataset: { sha256: dataset.sha256, name: dataset.name } }),
    target: draft.target,
    protected: draft.protected,
    approve: draft.approve,
    ...(draft.timeColumn === "" ? {} : { timeColumn: draft.timeColumn }),
    ...(draft.workflow === "" ? {} : { workflow: draft.workflow }),
    ...(draft.provider === "" ? {} : { provider: draft.provider }),
    ...(draft.model.trim() === "" ? {} : { model: draft.model.trim() }),
    ...(draft.seed === "" ? {} : { seed: Number(draft.seed) }),
    ...(draft.budgetUsd === "" ? {} : { budgetUsd: Number(draft.budgetUsd) }),
  };
}
