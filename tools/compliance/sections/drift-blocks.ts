import { missing, paragraph, pictures, table, verdict } from "../document/blocks.ts";
import type { Tone } from "../../pictures/picture.ts";
import { formatCount, formatNumber, formatSetting } from "../../pictures/format-value.ts";
import type { Block } from "../document/report-document.ts";
import { strength, type DriftRow } from "../evidence/column-detail.ts";
import type { Evidence } from "../evidence/evidence.ts";

const MAX_ROWS = 40;

/** The verdict, and every column's population stability index. */
export function driftBlocks({ facts, drift: columns, pictures: drawn }: Evidence): Block[] {
  const { drift } = facts;
  if (drift === undefined && columns.length === 0) return [missing("a drift check (detect_drift)")];
  const blocks: Block[] = [];
  if (drift !== undefined) {
    const tone: Tone = !drift.passed ? "bad" : drift.verdict === "stable" ? "good" : "warning";
    blocks.push(
      verdict(
        tone,
        drift.column !== null
          ? `Drift is ${drift.verdict}: the largest population stability index is ${formatNumber(drift.maxPsi)} ` +
              `(${drift.column}); the limit is ${formatSetting(drift.limit)}.`
          : `Drift is ${drift.verdict}: no column moved by more than chance explains; the limit of the population ` +
              `stability index is ${formatSetting(drift.limit)}.`,
      ),
      paragraph(
        drift.driftedColumns.length === 0
          ? `None of ${formatCount(drift.columns, "column")} drifted.`
          : `${drift.driftedColumns.length} of ${formatCount(drift.columns, "column")} drifted: ${drift.driftedColumns.join(", ")}.`,
      ),
    );
  }
  if (columns.length === 0) return blocks;
  const limit = drift?.limit ?? 0.25;
  blocks.push(...pictures(drawn.byPart.drift), columnTable(columns.slice(0, MAX_ROWS)));
  if (columns.some((row) => row.verdict === "stable" && strength(row) > limit))
    blocks.push(
      paragraph(
        "A column over the limit that is not called drifted lies within chance: with so few rows its test finds no difference.",
      ),
    );
  const rest = columns.length - MAX_ROWS;
  if (rest > 0)
    blocks.push(paragraph(`${formatCount(rest, "column")} with less drift: see the drift artifact.`));
  return blocks;
}

function columnTable(columns: readonly DriftRow[]): Block {
  const measures = [
    ["Missing PSI", "missingPsi"],
    ["KS statistic", "ks"],
    ["p-value", "pValue"],
  ] as const;
  const shown = measures.filter(([, name]) => columns.some((row) => row[name] !== undefined));
  return table(
    "Drift by column",
    [["Column", "text", 2.4], ["PSI", "number", 1], ...shown.map(([title]) => [title, "number", 1] as const)],
    columns.map((row) => [
      row.column,
      formatNumber(row.psi),
      ...shown.map(([, name]) => (row[name] === undefined ? "–" : formatNumber(row[name]))),
    ]),
  );
}
