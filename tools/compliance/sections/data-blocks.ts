import { missing, pairs, paragraph, table, verdict } from "../document/blocks.ts";
import { formatCount, formatNumber, formatShare } from "../../pictures/format-value.ts";
import type { Block } from "../document/report-document.ts";
import type { Evidence } from "../evidence/evidence.ts";

/** The data set with what profiling, validation and cleaning found and did. */
export function dataBlocks(evidence: Evidence): Block[] {
  const { data } = evidence.facts;
  const loaded =
    data === undefined
      ? missing("the data set (load_dataset)")
      : pairs([
          { name: "Data set", value: data.name },
          { name: "SHA-256", value: data.dataset, kind: "digest" },
          { name: "Rows", value: formatNumber(data.rows) },
          { name: "Columns", value: formatNumber(data.columns) },
          { name: "Target", value: data.target },
          { name: "Problem", value: data.problemType },
          ...(data.classes === undefined ? [] : [{ name: "Classes", value: data.classes.join(", ") }]),
        ]);
  return [loaded, ...profileBlocks(evidence), ...validationBlocks(evidence), ...cleaningBlocks(evidence)];
}

function profileBlocks({ facts, profile: columns }: Evidence): Block[] {
  const { profile } = facts;
  if (profile === undefined && columns.length === 0) return [missing("a profile of the data (profile_data)")];
  const blocks: Block[] = [];
  if (profile !== undefined) {
    blocks.push(
      paragraph(
        `Profile: ${formatShare(profile.missingShare)} of the cells are missing (${formatNumber(profile.missingCells)}); ` +
          `duplicates: ${formatCount(profile.duplicateRows, "row")}.` +
          (profile.warnings.length === 0 ? "" : ` Warnings: ${profile.warnings.join("; ")}.`),
      ),
    );
  }
  if (columns.length > 0) {
    const shown = columns.slice(0, 60);
    blocks.push(
      table(
        `Columns${columns.length > shown.length ? ` (the first ${shown.length} of ${columns.length})` : ""}`,
        [
          ["Column", "text", 2.5],
          ["Kind", "text", 1.2],
          ["Missing", "number", 1],
          ["Distinct", "number", 1],
        ],
        shown.map(({ column, kind, missing: cells, distinct }) => [
          column,
          kind,
          cells === undefined ? "–" : formatNumber(cells),
          distinct === undefined ? "–" : formatNumber(distinct),
        ]),
      ),
    );
  }
  return blocks;
}

function validationBlocks({ facts }: Evidence): Block[] {
  const { validation } = facts;
  if (validation === undefined) return [missing("a validation of the data (validate_data)")];
  const failed = validation.failed.length === 0 ? "" : ` Failed checks: ${validation.failed.join(", ")}.`;
  const leakage =
    validation.leakage.length === 0
      ? " No column seems to give the target away."
      : ` Columns that seem to give the target away: ${validation.leakage.join(", ")}.`;
  return [
    verdict(
      validation.ok ? "good" : "bad",
      `Validation ${validation.ok ? "passed" : "found errors"}: ${formatCount(validation.errors, "error")}, ${formatCount(validation.warnings, "warning")}.${failed}${leakage}`,
    ),
  ];
}

function cleaningBlocks({ facts }: Evidence): Block[] {
  const { clean } = facts;
  if (clean === undefined) return [missing("a cleaning of the data (clean_data)")];
  const removed =
    clean.columnsRemoved.length === 0 ? "no column" : `columns ${clean.columnsRemoved.join(", ")}`;
  return [
    paragraph(
      `Cleaning removed ${formatCount(clean.rowsRemoved, "row")} and ${removed}, and changed ` +
        `${formatCount(clean.cellsChanged, "cell")}. Its report has the digest ${clean.artifact}.`,
    ),
  ];
}

/** How the rows were divided. */
export function splitBlocks({ facts }: Evidence): Block[] {
  const { split } = facts;
  if (split === undefined) return [missing("a split into parts (split_train_test)")];
  return [
    table(
      `Parts (${split.method} split)`,
      [
        ["Part", "text", 1],
        ["Rows", "number", 0.8],
        ["SHA-256", "digest", 4],
      ],
      (["train", "validation", "test"] as const).map((part) => [
        part,
        formatNumber(split.rows[part]),
        split[part],
      ]),
    ),
  ];
}
