import type { ToolContext } from "#core/contract/tool-definition.ts";
import {
  type DriftRow,
  type ProfileRow,
  readDriftColumns,
  readProfileColumns,
  readRanking,
} from "./column-detail.ts";
import { drawEvidence, type EvidencePictures, findTraining } from "./evidence-pictures.ts";
import { type FairnessAudit, readFairnessHistory } from "./fairness-history.ts";
import { numbersOf } from "./find-rows.ts";
import { type GroupRow, readGroups } from "./group-detail.ts";
import { type MetricsDetail, readMetricsDetail } from "./metrics-detail.ts";
import { readBody, readOptionalBody } from "./read-body.ts";
import { type KnownFacts, readFacts } from "./read-facts.ts";

/** Digests of the artifacts to read; an absent one falls back to the run's fact of that name. */
export interface EvidenceDigests {
  model?: string | undefined;
  metrics?: string | undefined;
  fairness?: string | undefined;
  drift?: string | undefined;
  explanation?: string | undefined;
  profile?: string | undefined;
}

/** All that a document can say about one model, from recorded results alone. */
export interface Evidence {
  facts: KnownFacts;
  /** Sentences on what was recorded but could not be read; a document prints them. */
  unreadable: string[];
  /** Headline metrics, by name. */
  metrics: Record<string, number> | undefined;
  metricsDetail: MetricsDetail;
  groups: GroupRow[];
  fairnessHistory: FairnessAudit[];
  drift: DriftRow[];
  ranking: { feature: string; importance: number }[];
  profile: ProfileRow[];
  pictures: EvidencePictures;
}

/**
 * Gathers the facts of the run and the artifacts behind them. Facts about another model than `digests.model` are
 * left out: a mitigated model must not be described by what was measured on its predecessor. An artifact that was
 * named but does not exist rejects with the store's Failure; one that only a fact names may be gone.
 */
export async function collectEvidence(context: ToolContext, digests: EvidenceDigests): Promise<Evidence> {
  const { known, unreadable } = readFacts(context.run?.facts ?? {});
  const facts = factsAbout(known, digests);
  const remarks = unreadable.map((name) => `The recorded fact “${name}” has a shape that is not known here.`);
  const body = async (
    name: "metrics" | "fairness" | "drift" | "explanation" | "profile",
  ): Promise<unknown> => {
    const named = digests[name];
    if (named !== undefined) return readBody(context.artifacts, named);
    const recorded = facts[name]?.artifact;
    const read = await readOptionalBody(context.artifacts, recorded);
    if (recorded !== undefined && read === undefined) {
      remarks.push(
        `The ${name} artifact ${recorded.slice(0, 12)}… could not be read; its summary alone is shown.`,
      );
    }
    return read;
  };
  const metricsBody = await body("metrics");
  const fairnessBody = await body("fairness");
  const driftBody = await body("drift");
  const explanationBody = await body("explanation");
  const profileBody = await body("profile");
  const ranking = readRanking(explanationBody);
  const source = (name: "metrics" | "fairness" | "drift" | "explanation", read: unknown) => ({
    body: read,
    digest: digests[name] ?? facts[name]?.artifact,
  });
  return {
    facts,
    unreadable: remarks,
    metrics: facts.metrics?.values ?? headlineOf(metricsBody),
    metricsDetail: readMetricsDetail(metricsBody),
    groups: readGroups(fairnessBody),
    fairnessHistory: await readFairnessHistory(
      context.artifacts,
      context.run?.artifacts ?? [],
      facts.fairness,
    ),
    drift: readDriftColumns(driftBody),
    ranking: ranking.length > 0 ? ranking : (facts.explanation?.top ?? []),
    profile: readProfileColumns(profileBody),
    pictures: drawEvidence({
      training: await findTraining(context, digests.model ?? facts.model?.artifact),
      metrics: source("metrics", metricsBody),
      fairness: source("fairness", fairnessBody),
      drift: source("drift", driftBody),
      explanation: source("explanation", explanationBody),
    }),
  };
}

function factsAbout(known: KnownFacts, digests: EvidenceDigests): KnownFacts {
  const facts: KnownFacts = { ...known };
  const { model } = digests;
  if (model !== undefined) {
    if (facts.model?.artifact !== model) delete facts.model;
    for (const name of ["metrics", "fairness", "explanation", "package"] as const) {
      if (facts[name]?.model !== model) delete facts[name];
    }
  }
  for (const name of ["metrics", "fairness", "drift", "explanation", "profile"] as const) {
    const named = digests[name];
    if (named !== undefined && facts[name]?.artifact !== named) delete facts[name];
  }
  return facts;
}

/** Without a fact the numbers at the top of the metrics artifact, or of its `values`, are the headline. */
function headlineOf(body: unknown): Record<string, number> | undefined {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return undefined;
  const top = body as Record<string, unknown>; // an object that is no list
  const inner = [top.values, top.metrics].find((value) => typeof value === "object" && value !== null);
  const numbers = numbersOf((inner ?? top) as Record<string, unknown>); // both are objects
  return Object.keys(numbers).length === 0 ? undefined : numbers;
}
