import type { Artifact } from "#core/contract/artifact.ts";
import type { ToolArtifacts } from "#core/contract/tool-definition.ts";
import { findRows, numberIn, textIn } from "./find-rows.ts";
import { attributeOf } from "./group-detail.ts";
import type { KnownFacts } from "./read-facts.ts";
import { readOptionalBody } from "./read-body.ts";

/** One audit of the run: what was measured per attribute, and of which model. */
export interface FairnessAudit {
  artifact: string;
  name: string;
  model: string | undefined;
  passed: boolean | undefined;
  attributes: { attribute: string; differences: Record<string, number> }[];
}

const DIFFERENCES = [
  "demographicParityDifference",
  "demographicParityRatio",
  "equalOpportunityDifference",
  "equalizedOddsDifference",
  "meanErrorDifference",
];

/** Every fairness audit that the run recorded, in order: the first stands before mitigation, the last after it. */
export async function readFairnessHistory(
  artifacts: ToolArtifacts,
  recorded: readonly Artifact[],
  fact: KnownFacts["fairness"],
): Promise<FairnessAudit[]> {
  const audits: FairnessAudit[] = [];
  for (const artifact of recorded) {
    const isKnown = audits.some((audit) => audit.artifact === artifact.sha256);
    if (artifact.kind !== "fairness" || isKnown || !/json/.test(artifact.mediaType)) continue;
    const body = await readOptionalBody(artifacts, artifact.sha256);
    const isNewest = fact?.artifact === artifact.sha256;
    audits.push({
      artifact: artifact.sha256,
      name: artifact.name,
      model: isNewest ? fact.model : topText(body, "model"),
      passed: isNewest ? fact.passed : topBoolean(body, "passed"),
      attributes: isNewest ? fromFact(fact) : fromBody(body),
    });
  }
  if (fact !== undefined && !audits.some((audit) => audit.artifact === fact.artifact)) {
    const { artifact, model, passed } = fact;
    audits.push({ artifact, name: "", model, passed, attributes: fromFact(fact) });
  }
  return audits;
}

function fromFact(fact: NonNullable<KnownFacts["fairness"]>): FairnessAudit["attributes"] {
  return Object.entries(fact.attributes).map(([attribute, values]) => ({
    attribute,
    differences: known(values),
  }));
}

function fromBody(body: unknown): FairnessAudit["attributes"] {
  const rows = findRows(
    body,
    (row) => numberIn(row, DIFFERENCES) !== undefined || meanErrorIn(row) !== undefined,
  );
  return rows
    .filter(({ path }) => !/(^|\.)worst(\.|$)/.test(path))
    .map((found) => {
      const meanError = meanErrorIn(found.row);
      const attribute = attributeOf(found) || (found.key ?? "");
      return {
        attribute,
        differences: {
          ...(meanError === undefined ? {} : { meanErrorDifference: meanError }),
          ...known(found.row),
        },
      };
    })
    .filter(({ attribute }) => attribute !== "");
}

/** A regression's audit has its differences beside each measure. */
function meanErrorIn(row: Readonly<Record<string, unknown>>): number | undefined {
  const metrics = row.metrics;
  if (typeof metrics !== "object" || metrics === null || !("meanError" in metrics)) return undefined;
  const { meanError } = metrics;
  return typeof meanError === "object" && meanError !== null
    ? numberIn(meanError as Record<string, unknown>, ["difference"]) // an object
    : undefined;
}

function known(row: Readonly<Record<string, unknown>>): Record<string, number> {
  const entries = DIFFERENCES.map((name) => [name, numberIn(row, [name])] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, number] => entry[1] !== undefined));
}

function topText(body: unknown, name: string): string | undefined {
  return typeof body === "object" && body !== null
    ? textIn(body as Record<string, unknown>, [name])
    : undefined; // an object
}

function topBoolean(body: unknown, name: string): boolean | undefined {
  if (typeof body !== "object" || body === null) return undefined;
  const value = (body as Record<string, unknown>)[name]; // an object
  return typeof value === "boolean" ? value : undefined;
}
