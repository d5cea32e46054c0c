import type { Artifact } from "#core/contract/artifact.ts";
import type { ToolContext } from "#core/contract/tool-definition.ts";
import {
  drawDrift,
  drawEvaluation,
  drawExplanation,
  drawFairness,
  drawTraining,
} from "../../pictures/draw-report.ts";
import type { Picture } from "../../pictures/picture.ts";
import { readOptionalBody } from "./read-body.ts";

const DRAWERS = {
  training: drawTraining,
  metrics: drawEvaluation,
  fairness: drawFairness,
  drift: drawDrift,
  explanation: drawExplanation,
} as const;
type Part = keyof typeof DRAWERS;

/** The pictures that the recorded results allow, each drawn from one report and no other. */
export interface EvidencePictures {
  byPart: Readonly<Record<Part, readonly Picture[]>>;
  /** The digest of the report behind each picture, by the picture's id. */
  sources: ReadonlyMap<string, string>;
}

/** Draws what each report holds; a report that was not recorded gives nothing. */
export function drawEvidence(
  reports: Readonly<Record<Part, { body: unknown; digest: string | undefined }>>,
): EvidencePictures {
  const sources = new Map<string, string>();
  const draw = (part: Part): Picture[] => {
    const { body, digest } = reports[part];
    const drawn = body === undefined ? [] : DRAWERS[part](body);
    if (digest !== undefined) for (const { id } of drawn) sources.set(id, digest);
    return drawn;
  };
  return {
    byPart: {
      training: draw("training"),
      metrics: draw("metrics"),
      fairness: draw("fairness"),
      drift: draw("drift"),
      explanation: draw("explanation"),
    },
    sources,
  };
}

/**
 * The newest training report of a model in a run, or of a model that it was made from: a mitigation that only moves
 * thresholds has no training of its own.
 */
export async function findTraining(
  context: ToolContext,
  model: string | undefined,
): Promise<{ body: unknown; digest: string | undefined }> {
  const artifacts = context.run?.artifacts ?? [];
  const related = model === undefined ? new Set<string>() : ancestorsOf(model, artifacts);
  const report = artifacts.findLast(
    ({ name, inputs }) => name.startsWith("reports/training_") && inputs.some((input) => related.has(input)),
  );
  return { body: await readOptionalBody(context.artifacts, report?.sha256), digest: report?.sha256 };
}

function ancestorsOf(digest: string, artifacts: readonly Artifact[]): Set<string> {
  const seen = new Set([digest]);
  for (const one of seen) {
    for (const { inputs } of artifacts.filter(({ sha256, kind }) => sha256 === one && kind === "model")) {
      for (const input of inputs) seen.add(input);
    }
  }
  return seen;
}
