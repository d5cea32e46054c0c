import { z } from "zod";
import { defineTool } from "#core/contract/tool-definition.ts";
import { digestOf, keepJson, loadFrame } from "../engine/artifacts.ts";
import { checkColumns } from "../engine/check-columns.ts";
import { runTask } from "../engine/run-task.ts";
import type { ProfileFact } from "../facts.ts";
import { findUnusualRows } from "./unusual-rows.ts";
import { profileReport, profileWarnings } from "./profile-report.ts";

/** Columns named as going most with the target. */
const STRONGEST = 5;

export const profileData = defineTool({
  name: "profile_data",
  group: "data",
  description:
    "Describe a dataset: per column its kind, missing values, distinct values, range or most frequent values; duplicate rows and columns; how each column goes with the target. The whole profile is kept as reports/data_profile.json; the answer is its summary. Values that fewer than five rows share are left out. With `anomalies` it also names the rows that stand out most, by number.",
  input: z.strictObject({
    dataset: digestOf("the dataset to describe"),
    target: z.string().nullish().describe("column to predict; how others go with it is then measured"),
    anomalies: z
      .number()
      .int()
      .min(1)
      .max(1000)
      .optional()
      .describe(
        "so many of the most unusual rows are named, with their scores; none are looked for when left out",
      ),
    seed: z.number().int().min(0).default(0).describe("of the search for unusual rows"),
  }),
  output: z.strictObject({
    artifact: z.string(),
    rows: z.number().int(),
    missingCells: z.number().int(),
    duplicateRows: z.number().int(),
    columns: z.array(
      z.strictObject({
        name: z.string(),
        kind: z.string(),
        missing: z.number(),
        distinct: z.number(),
        flags: z.array(z.string()),
      }),
    ),
    strongest: z.array(z.string()).describe("columns that go most with the target"),
    warnings: z.array(z.string()),
    anomalies: z
      .strictObject({
        rule: z.string(),
        seed: z.number().int(),
        rows: z
          .array(z.strictObject({ row: z.number().int().describe("from 0"), score: z.number() }))
          .describe("the most unusual first"),
        unusedColumns: z.array(z.string()).describe("columns that rows were not judged by"),
      })
      .optional(),
  }),
  example: { dataset: "sample:dataset", target: "defaulted" },
  effect: "read",
  repeat: "safe",
  parallel: true,
  timeoutMs: 600_000,
  async run({ dataset, target, anomalies, seed }, context) {
    const frame = await loadFrame(context, dataset);
    if (target != null) checkColumns(frame, { target });
    const profile = await runTask(context, "profile-frame", {
      frame,
      options: target == null ? {} : { target },
    });
    const unusual =
      anomalies === undefined ? {} : await findUnusualRows(context, frame, { rows: anomalies, target, seed });
    const artifact = await keepJson(
      context,
      { ...profileReport(profile), ...unusual },
      {
        name: "reports/data_profile.json",
        kind: "data-profile",
        inputs: [dataset],
      },
    );
    const warnings = profileWarnings(profile);
    const cells = profile.rowCount * profile.columnCount;
    const fact: ProfileFact = {
      artifact: artifact.sha256,
      missingCells: profile.missingCells,
      missingShare: cells === 0 ? 0 : Math.round((profile.missingCells / cells) * 1e6) / 1e6,
      duplicateRows: profile.duplicateRows.count,
      warnings: warnings.slice(0, 8).map((warning) => warning.slice(0, 300)),
    };
    return {
      ok: true,
      output: {
        artifact: artifact.sha256,
        rows: profile.rowCount,
        missingCells: profile.missingCells,
        duplicateRows: profile.duplicateRows.count,
        columns: profile.columns.map(({ name, kind, missing, distinct, flags }) => ({
          name,
          kind,
          missing,
          distinct,
          flags: [...flags],
        })),
        strongest: profile.associations.slice(0, STRONGEST).map((association) => association.column),
        warnings,
        ...unusual,
      },
      facts: { profile: fact },
    };
  },
});
