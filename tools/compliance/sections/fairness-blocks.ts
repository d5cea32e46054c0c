import { missing, paragraph, pictures, table, verdict } from "../document/blocks.ts";
import { drawFairnessHistory } from "../../pictures/draw/fairness.ts";
import {
  formatName,
  formatNumber,
  formatSetting,
  formatShare,
  formatTitle,
} from "../../pictures/format-value.ts";
import type { Picture } from "../../pictures/picture.ts";
import type { Block } from "../document/report-document.ts";
import type { Evidence } from "../evidence/evidence.ts";
import type { FairnessAudit } from "../evidence/fairness-history.ts";

/** The verdict with its limit, the differences before and after mitigation, and what was measured per group. */
export function fairnessBlocks(evidence: Evidence): Block[] {
  const { facts, fairnessHistory, groups } = evidence;
  const { fairness } = facts;
  if (fairness === undefined && groups.length === 0) return [missing("a fairness audit (fairness_audit)")];
  const blocks: Block[] = [];
  if (fairness !== undefined) blocks.push(fairnessVerdict(evidence));
  const audits = fairnessHistory.filter((audit) => audit.attributes.length > 0);
  if (audits.length > 0) {
    blocks.push(historyTable(audits));
    blocks.push(...pictures(historyPicture(audits, fairness?.limit)));
  }
  blocks.push(...pictures(evidence.pictures.byPart.fairness));
  return [...blocks, ...groupBlocks(evidence)];
}

/** One line: passed or not, by how much, on which attribute. */
export function fairnessVerdict({ facts }: Evidence): Block {
  const { fairness } = facts;
  if (fairness === undefined) return verdict("warning", "Fairness was not audited.");
  if (!fairness.audited) {
    return verdict(
      "warning",
      "No protected attribute was named, so fairness was not audited. This is no pass.",
    );
  }
  const { worst, limit, passed } = fairness;
  const measured =
    worst === undefined
      ? ""
      : ` The largest ${formatName(worst.metric)} is ${formatNumber(worst.value)} (${worst.attribute}); the limit is ${formatSetting(limit)}.`;
  return verdict(passed ? "good" : "bad", `Fairness ${passed ? "passed" : "FAILED"}.${measured}`);
}

const DIFFERENCES = [
  "demographicParityDifference",
  "demographicParityRatio",
  "equalOpportunityDifference",
  "equalizedOddsDifference",
  "meanErrorDifference",
] as const;

function historyTable(audits: readonly FairnessAudit[]): Block {
  const measured = audits.flatMap((audit) => audit.attributes);
  const names = DIFFERENCES.filter((name) =>
    measured.some(({ differences }) => differences[name] !== undefined),
  );
  return table(
    "Differences between groups",
    [
      ["Audit", "text", 1.3],
      ["Model", "digest", 1.3],
      ["Attribute", "text", 1.3],
      ...names.map((name) => [formatTitle(name), "number", 1.2] as const),
    ],
    audits.flatMap((audit, index) =>
      audit.attributes.map(({ attribute, differences }) => [
        auditTitle(audits, index),
        audit.model?.slice(0, 12) ?? "–",
        attribute,
        ...names.map((name) => (differences[name] === undefined ? "–" : formatNumber(differences[name]))),
      ]),
    ),
  );
}

function auditTitle(audits: readonly FairnessAudit[], index: number): string {
  const audit = audits[index];
  const outcome = audit?.passed === undefined ? "" : audit.passed ? ", passed" : ", failed";
  if (audits.length === 1) return `this model${outcome}`;
  const place = index === 0 ? "first" : index === audits.length - 1 ? "last" : `audit ${index + 1}`;
  return `${place}${outcome}`;
}

/** One picture of several audits; a single one has its own. */
function historyPicture(audits: readonly FairnessAudit[], limit: number | undefined): Picture[] {
  if (audits.length < 2 || limit === undefined) return [];
  const measured = audits.flatMap((audit, index) =>
    audit.attributes.flatMap(({ attribute, differences }) => {
      const value = differences.demographicParityDifference;
      return value === undefined
        ? []
        : [{ name: `${attribute} (${auditTitle(audits, index).split(",")[0]})`, value }];
    }),
  );
  return measured.length === 0 ? [] : [drawFairnessHistory(measured, limit)];
}

const MAX_GROUPS = 40;
const GROUP_NAMES = [
  "rowCount",
  "rows",
  "count",
  "selectionRate",
  "truePositiveRate",
  "falsePositiveRate",
  "accuracy",
  "precision",
  "meanError",
  "mae",
] as const;

function groupBlocks({ groups }: Evidence): Block[] {
  if (groups.length === 0) return [];
  const names = GROUP_NAMES.filter((name) => groups.some(({ values }) => values[name] !== undefined)).slice(
    0,
    6,
  );
  const rows = groups
    .slice(0, MAX_GROUPS)
    .map(({ attribute, group, values }) => [
      attribute,
      group,
      ...names.map((name) =>
        name.endsWith("Rate") ? formatShare(values[name]) : formatNumber(values[name]),
      ),
    ]);
  const rest = groups.length - rows.length;
  return [
    table(
      "What was measured for each group",
      [
        ["Attribute", "text", 1.2],
        ["Group", "text", 1.6],
        ...names.map((name) => [formatTitle(name), "number", 1] as const),
      ],
      rows,
    ),
    ...(rest > 0 ? [paragraph(`${rest} further groups are in the fairness artifact.`)] : []),
  ];
}
