import { z } from "zod";
import { failure } from "#core/contract/failure.ts";
import { defineTool } from "#core/contract/tool-definition.ts";
import {
  columnLength,
  fingerprintIndices,
  type Frame,
  getColumn,
  isMissing,
  type Problem,
  selectRows,
  type SplitStrategy,
} from "#lib/ml/index.ts";
import { digestOf, keepFrame, keepJson, loadFrame } from "../engine/artifacts.ts";
import { checkColumns } from "../engine/check-columns.ts";
import { timeColumn } from "../engine/request-columns.ts";
import { runTask } from "../engine/run-task.ts";
import type { SplitFact } from "../facts.ts";
import { checkParts, PARTS, type PartRows, partTargets, placeClasses } from "./part-targets.ts";

const share = z.number().gt(0).lt(0.8);

export const splitTrainTest = defineTool({
  name: "split_train_test",
  group: "data",
  description:
    "Split a dataset into training, validation and test parts without overlap: every row is in exactly one. With a time column the newest rows are held out; with a group column no group is in two parts; otherwise classes keep their shares (stratified) or rows are drawn at random (regression). Returns the three parts' digests; shares, seed and how the target lies in each part are kept as reports/split.json.",
  input: z
    .strictObject({
      dataset: digestOf("the dataset to split"),
      target: z.string().min(1),
      timeColumn: z.string().nullish().describe("the run's when absent"),
      groupColumn: z
        .string()
        .nullish()
        .describe("rows of one value stay together, for example a customer's; not beside a time column"),
      validationShare: share.default(0.2),
      testShare: share.default(0.2),
    })
    .refine(
      ({ validationShare, testShare }) => validationShare + testShare <= 0.9,
      "validationShare and testShare together leave less than a tenth of the rows to train on",
    ),
  output: z.strictObject({
    method: z.enum(["stratified", "random", "time-ordered", "grouped"]),
    train: z.string(),
    validation: z.string(),
    test: z.string(),
    rows: z.strictObject({ train: z.number().int(), validation: z.number().int(), test: z.number().int() }),
    notes: z.array(z.string()),
  }),
  example: { dataset: "sample:dataset", target: "defaulted", timeColumn: "application_month" },
  effect: "read",
  repeat: "safe",
  parallel: false,
  timeoutMs: 600_000,
  async run(input, context) {
    const frame = await loadFrame(context, input.dataset);
    const time = timeColumn(context, input.timeColumn);
    const group = input.groupColumn ?? undefined;
    if (time !== undefined && group !== undefined) {
      return {
        ok: false,
        failure: failure(
          "invalid-input",
          `rows are split by time (${time}) or by group (${group}), not by both: groups may reach over any point in time. Name one of them`,
        ),
      };
    }
    const problem = checkColumns(frame, {
      target: input.target,
      timeColumn: time,
      others: group === undefined ? [] : [group],
    });
    if (problem.missing > 0) {
      return {
        ok: false,
        failure: failure(
          "invalid-input",
          `${problem.missing} rows have no ${input.target}; take them out first (clean_data does)`,
          { details: { column: input.target, rows: problem.missing } },
        ),
      };
    }
    const strategy = strategyOf(input.target, { time, group, problem: problem.problem });
    const { testShare, validationShare } = input;
    const split = await runTask(context, "split-rows", {
      frame,
      options: {
        strategy,
        shares: { train: 1 - validationShare - testShare, validation: validationShare, test: testShare },
        seed: context.seed,
      },
    });
    const target = getColumn(frame, input.target);
    const isAmount = problem.problem === "regression";
    const placed = isAmount
      ? { rows: { train: split.train, validation: split.validation, test: split.test }, notes: [] }
      : placeClasses(split, target);
    checkParts(placed.rows, target);
    const notes = [
      ...split.notes,
      ...placed.notes,
      ...groupNotes(frame, group),
      ...dateNotes(frame, input.target, { time, group }),
    ];
    const digests = await keepParts(context, frame, { rows: placed.rows, dataset: input.dataset });
    const rows = {
      train: placed.rows.train.length,
      validation: placed.rows.validation.length,
      test: placed.rows.test.length,
    };
    await keepJson(
      context,
      {
        dataset: input.dataset,
        strategy,
        seed: context.seed,
        rows,
        digests,
        fingerprints: Object.fromEntries(PARTS.map((part) => [part, fingerprintIndices(placed.rows[part])])),
        targets: partTargets(placed.rows, target, isAmount),
        notes,
      },
      { name: "reports/split.json", kind: "split", inputs: [input.dataset] },
    );
    const made = { method: strategy.kind, ...digests, rows };
    const fact: SplitFact = {
      ...made,
      ...(time === undefined ? {} : { timeColumn: time }),
      ...(group === undefined ? {} : { groupColumn: group }),
    };
    return { ok: true, output: { ...made, notes }, facts: { split: fact } };
  },
});

function strategyOf(
  target: string,
  { time, group, problem }: { time: string | undefined; group: string | undefined; problem: Problem },
): SplitStrategy {
  if (time !== undefined) return { kind: "time-ordered", column: time };
  if (group !== undefined) return { kind: "grouped", column: group };
  return problem === "regression" ? { kind: "random" } : { kind: "stratified", column: target };
}

async function keepParts(
  context: Parameters<typeof keepFrame>[0],
  frame: Frame,
  { rows, dataset }: { rows: PartRows; dataset: string },
): Promise<Pick<SplitFact, "train" | "validation" | "test">> {
  const keep = async (part: (typeof PARTS)[number]): Promise<string> => {
    const kept = await keepFrame(context, selectRows(frame, rows[part]), {
      name: `data/${part}.parquet`,
      kind: "dataset",
      inputs: [dataset],
    });
    return kept.sha256;
  };
  return { train: await keep("train"), validation: await keep("validation"), test: await keep("test") };
}

function groupNotes(frame: Frame, group: string | undefined): string[] {
  if (group === undefined) return [];
  const column = getColumn(frame, group);
  let missing = 0;
  for (let row = 0; row < columnLength(column); row += 1) if (isMissing(column, row)) missing += 1;
  return missing === 0 ? [] : [`${missing} rows have no ${group} and stay together as one group`];
}

/** Drawn at random, rows of the same days are in all parts, and a forecast looks easier than it is. */
function dateNotes(
  frame: Frame,
  target: string,
  { time, group }: { time: string | undefined; group: string | undefined },
): string[] {
  if (time !== undefined || group !== undefined) return [];
  const dates = frame.columns.filter(({ kind, name }) => kind === "date" && name !== target);
  if (dates.length === 0) return [];
  const names = dates
    .slice(0, 5)
    .map(({ name }) => name)
    .join(", ");
  return [
    `the parts do not follow time, though the table has dates (${names}); if the model is to judge later rows than it learns from, name the time column, so that the newest rows are held out`,
  ];
}
