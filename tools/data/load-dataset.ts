import { basename } from "node:path";
import { z } from "zod";
import { defineTool } from "#core/contract/tool-definition.ts";
import { keepFrame } from "../engine/artifacts.ts";
import { checkColumns } from "../engine/check-columns.ts";
import { readTable } from "../engine/read-table.ts";
import { protectedColumns, timeColumn } from "../engine/request-columns.ts";
import { runTask } from "../engine/run-task.ts";
import { ProblemType } from "../facts.ts";
import { dataFact } from "./data-fact.ts";

export const loadDataset = defineTool({
  name: "load_dataset",
  group: "data",
  description:
    "Load a CSV or Parquet table and settle what kind of problem its target makes. Takes the digest of the operator's data (in a run) or a path (by hand); encoding, delimiter and column kinds are recognised and reported, and the table is fingerprinted as a file and as rows. Time and protected columns are checked here already. Returns the dataset's digest, which every later step needs.",
  input: z.strictObject({
    source: z
      .string()
      .min(1)
      .describe("digest of the data given by the operator, or a file's path when called by hand"),
    name: z.string().min(1).max(255).optional().describe("the file's name, when the source is a digest"),
    target: z.string().min(1).describe("column to predict"),
    positiveClass: z
      .string()
      .nullish()
      .describe("for two classes: the one whose probability is predicted; recognised when absent"),
    timeColumn: z
      .string()
      .nullish()
      .describe("column of dates or numbers that puts the rows in order; the run's when absent"),
    protected: z
      .array(z.string())
      .default([])
      .describe("columns to audit fairness by, beside those that the run protects"),
    encoding: z.enum(["utf-8", "utf-16le", "utf-16be", "latin1"]).optional(),
    delimiter: z.string().length(1).optional(),
  }),
  output: z.strictObject({
    dataset: z.string(),
    format: z.enum(["csv", "parquet"]),
    rows: z.number().int(),
    columns: z.array(z.strictObject({ name: z.string(), kind: z.string() })),
    target: z.string(),
    problemType: ProblemType,
    problemReason: z.string(),
    positiveClass: z.string().nullable(),
    positiveReason: z.string().nullable(),
    classes: z.array(z.string()).nullable(),
    fingerprints: z
      .strictObject({
        bytes: z.string().describe("SHA-256 of the file as it is, what sha256sum prints"),
        rows: z.string().describe("SHA-256 of the canonical typed rows, the same for CSV and Parquet"),
      })
      .describe("two levels: of the file, and of what it says"),
    csv: z
      .strictObject({ encoding: z.string(), hasByteOrderMark: z.boolean(), delimiter: z.string() })
      .nullable()
      .describe("how a CSV was read; null for Parquet"),
    warnings: z.array(z.string()),
  }),
  example: {
    source: "sample:file",
    target: "defaulted",
    timeColumn: "application_month",
    protected: ["sex"],
  },
  effect: "read",
  repeat: "safe",
  parallel: false,
  timeoutMs: 600_000,
  async run(input, context) {
    const isDigest = /^[0-9a-f]{64}$/.test(input.source);
    const imported = isDigest ? undefined : await context.artifacts.importFile(input.source);
    const sha256 = imported?.sha256 ?? input.source;
    const name = input.name ?? basename(imported?.path ?? sha256);
    const path = await context.artifacts.path(sha256);
    const { frame, format, csv } = await readTable(context, {
      path,
      name,
      encoding: input.encoding,
      delimiter: input.delimiter,
    });
    const problem = checkColumns(frame, {
      target: input.target,
      positiveClass: input.positiveClass,
      timeColumn: timeColumn(context, input.timeColumn),
      protected: protectedColumns(context, input.protected),
    });
    const artifact = await keepFrame(context, frame, {
      name: "data/dataset.parquet",
      kind: "dataset",
      inputs: [sha256],
    });
    const rowFingerprint = await runTask(context, "fingerprint-rows", { frame });
    return {
      ok: true,
      output: {
        dataset: artifact.sha256,
        format,
        rows: frame.rowCount,
        columns: frame.columns.map(({ name: column, kind }) => ({ name: column, kind })),
        target: input.target,
        problemType: problem.problem,
        problemReason: problem.reason,
        positiveClass: problem.positiveClass,
        positiveReason: problem.positiveReason,
        classes: problem.classes === null ? null : [...problem.classes],
        fingerprints: { bytes: sha256, rows: rowFingerprint },
        csv:
          csv === undefined
            ? null
            : { encoding: csv.encoding, hasByteOrderMark: csv.hasByteOrderMark, delimiter: csv.delimiter },
        warnings: [...(csv?.warnings ?? [])],
      },
      facts: { data: dataFact({ dataset: artifact.sha256, name, frame, target: input.target, problem }) },
    };
  },
});
