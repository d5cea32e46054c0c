import { z } from "zod";
import { defineTool } from "#core/contract/tool-definition.ts";
import {
  type Column,
  columnLength,
  getColumn,
  isMissing,
  recommendModels,
  suggestFeatures,
} from "#lib/ml/index.ts";
import { digestOf, loadFrame } from "../engine/artifacts.ts";
import { checkColumns } from "../engine/check-columns.ts";
import { protectedColumns, timeColumn } from "../engine/request-columns.ts";
import { inEngine } from "../engine/run-task.ts";
import type { AlgorithmFact } from "../facts.ts";
import { ALGORITHM_CATALOGUE, algorithmNamed } from "../knowledge/algorithm-catalogue.ts";
import { installedAlgorithms } from "../knowledge/algorithm-entry-output.ts";

/** Fewer rows let no algorithm be told from another. */
const FEW_ROWS = 200;

export const recommendModel = defineTool({
  name: "recommend_model",
  group: "training",
  description:
    "Rank the algorithms for a dataset by its rows, columns, missing cells, categories and classes, each with its reasons and settings to begin with for train_classifier or train_regressor. Only installed algorithms are ranked. Rules of thumb, honest about small data: train the first two or three and compare them on validation.",
  input: z.strictObject({
    dataset: digestOf("the dataset or its training part"),
    target: z.string().min(1),
    wantsReadable: z.boolean().default(false).describe("the operator wants a model that can be read"),
    protected: z.array(z.string()).nullish().describe("columns that are no features"),
    timeColumn: z.string().nullish().describe("no feature either; the run's when absent"),
  }),
  output: z.strictObject({
    problemType: z.string(),
    profile: z.strictObject({
      rows: z.number().int(),
      columns: z.number().int(),
      missingShare: z.number(),
      categoricalShare: z.number(),
      smallestClass: z.number().nullable(),
    }),
    candidates: z.array(
      z.strictObject({
        algorithm: z.string(),
        score: z.number(),
        reasons: z.array(z.string()),
        parameters: z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()])),
      }),
    ),
    cautions: z.array(z.string()),
  }),
  example: { dataset: "sample:dataset", target: "defaulted", protected: ["sex"] },
  effect: "read",
  repeat: "safe",
  parallel: true,
  timeoutMs: 300_000,
  async run(input, context) {
    const frame = await loadFrame(context, input.dataset);
    const withheld = protectedColumns(context, input.protected);
    const time = timeColumn(context, input.timeColumn);
    const problem = checkColumns(frame, { target: input.target, timeColumn: time, protected: withheld });
    const names = inEngine(() => suggestFeatures(frame, input.target)).features.filter(
      (name) => name !== time && !withheld.includes(name),
    );
    const columns = names.map((name) => getColumn(frame, name));
    const profile = {
      rows: frame.rowCount - problem.missing,
      columns: names.length,
      missingShare: shareOfMissing(columns),
      categoricalShare:
        columns.length === 0
          ? 0
          : columns.filter(({ kind }) => kind === "categorical").length / columns.length,
      smallestClass: problem.classCounts === null ? null : Math.min(...problem.classCounts),
    };
    const installed = await installedAlgorithms(context);
    const ranked = recommendModels(
      { ...profile, problem: problem.problem, wantsReadable: input.wantsReadable },
      ALGORITHM_CATALOGUE.filter(({ name }) => installed.has(name)),
    );
    const candidates = ranked.map(({ name, score, reasons }) => ({
      algorithm: name,
      score,
      reasons: [...reasons],
      parameters: { ...algorithmNamed(name)?.start },
    }));
    const [first] = candidates;
    const facts =
      first === undefined
        ? {}
        : {
            algorithm: {
              name: first.algorithm,
              reason: (first.reasons[0] ?? "").slice(0, 300),
            } satisfies AlgorithmFact,
          };
    return {
      ok: true,
      output: { problemType: problem.problem, profile, candidates, cautions: cautionsOf(profile) },
      facts,
    };
  },
});

function cautionsOf({
  rows,
  columns,
  smallestClass,
}: {
  rows: number;
  columns: number;
  smallestClass: number | null;
}): string[] {
  const cautions: string[] = [];
  if (columns === 0) cautions.push("No usable column is left to learn from; look at validate_data.");
  if (rows < FEW_ROWS) {
    cautions.push(
      `${rows} rows: differences between algorithms will mostly be chance. Cross-validate, prefer the simplest, and state intervals.`,
    );
  }
  if (smallestClass !== null && smallestClass < 30) {
    cautions.push(
      `The smallest class has ${smallestClass} rows; what is said about it is little more than chance.`,
    );
  }
  return cautions;
}

function shareOfMissing(columns: readonly Column[]): number {
  let missing = 0;
  let cells = 0;
  for (const column of columns) {
    const rows = columnLength(column);
    cells += rows;
    for (let row = 0; row < rows; row += 1) if (isMissing(column, row)) missing += 1;
  }
  return cells === 0 ? 0 : Math.round((missing / cells) * 1e6) / 1e6;
}
