import type { ArtifactKind } from "#core/contract/artifact.ts";
import type { RunStatus } from "#core/contract/run-record.ts";
import type { Sha256 } from "#core/contract/ids.ts";
import type { ComparedRun } from "./compared-run.ts";
import { differingFields, type FieldDifference } from "./differing-fields.ts";
import {
  type DifferenceReason,
  environmentDifferences,
  explainDifference,
  requestDifferences,
} from "./explain-difference.ts";

/** One name of the two runs' folders. */
export type ArtifactComparison =
  | { status: "same"; name: string; kind: ArtifactKind; sha256: Sha256 }
  | { status: "only-left" | "only-right"; name: string; kind: ArtifactKind; sha256: Sha256 }
  /**
   * `own-run`: a document that states its own run, or something made from such a document, and nothing else on the
   * record differs. `unexplained`: no reason on the record; a defect or tampering.
   */
  | {
      status: "explained" | "own-run" | "unexplained";
      name: string;
      kind: ArtifactKind;
      left: Sha256;
      right: Sha256;
      reasons: DifferenceReason[];
    };

/** How two runs differ in what was asked, what they were made with, and what came out. */
export interface RunComparison {
  left: { runId: string; status: RunStatus };
  right: { runId: string; status: RunStatus };
  /** `equal`: each artifact of one is in the other with the same digest, or differs only as a document of its own run. */
  verdict: "equal" | "different";
  request: FieldDifference[];
  /** Ids, versions and hashes of workflow and deployment, as frozen at the start. */
  frozen: FieldDifference[];
  /** Manifests and models of the agents that took part. */
  agents: FieldDifference[];
  /** Of the environments that the runs ended with; `left` and `right` are absent where none was recorded. */
  environment: { left?: Sha256; right?: Sha256; differences: FieldDifference[] };
  artifacts: ArtifactComparison[];
}

/** Compares two runs by their records. Pure; artifacts come in the order of the left run, then what only the right has. */
export function compareRuns(left: ComparedRun, right: ComparedRun): RunComparison {
  const { seed, data } = left.request;
  const artifacts = compareArtifacts(left, right);
  const [mine, theirs] = [left.state.environments?.at(-1), right.state.environments?.at(-1)];
  return {
    left: { runId: left.runId, status: left.state.phase.status },
    right: { runId: right.runId, status: right.state.phase.status },
    verdict: artifacts.every(({ status }) => status === "same" || status === "own-run")
      ? "equal"
      : "different",
    request: [
      ...differingFields(
        { data: { sha256: data.sha256 }, seed },
        { data: { sha256: right.request.data.sha256 }, seed: right.request.seed },
      ),
      ...requestDifferences(left, right),
    ],
    frozen: differingFields(frozenOf(left), frozenOf(right)),
    agents: differingFields(left.agents, right.agents),
    environment: {
      ...(mine === undefined ? {} : { left: mine.sha256 }),
      ...(theirs === undefined ? {} : { right: theirs.sha256 }),
      differences: environmentDifferences(mine, theirs),
    },
    artifacts,
  };
}

const frozenOf = ({ state }: ComparedRun) => ({ workflow: state.workflow, deployment: state.deployment });

function compareArtifacts(left: ComparedRun, right: ComparedRun): ArtifactComparison[] {
  const compared: ArtifactComparison[] = [];
  /** Differ only because documents state their own run. */
  const ownRun = new Set<string>();
  for (const [name, mine] of left.artifacts) {
    const { kind, sha256 } = mine.artifact;
    const theirs = right.artifacts.get(name);
    if (theirs === undefined) compared.push({ status: "only-left", name, kind, sha256 });
    else if (theirs.artifact.sha256 === sha256) compared.push({ status: "same", name, kind, sha256 });
    else {
      const reasons = explainDifference({ left, right }, { left: mine, right: theirs });
      const isOwnRun = reasons.length > 0 && reasons.every((reason) => isOnlyOwnRun(reason, ownRun));
      if (isOwnRun) ownRun.add(name);
      compared.push({
        status: reasons.length === 0 ? "unexplained" : isOwnRun ? "own-run" : "explained",
        name,
        kind,
        left: sha256,
        right: theirs.artifact.sha256,
        reasons,
      });
    }
  }
  for (const [name, { artifact }] of right.artifacts) {
    if (!left.artifacts.has(name))
      compared.push({ status: "only-right", name, kind: artifact.kind, sha256: artifact.sha256 });
  }
  return compared;
}

function isOnlyOwnRun(reason: DifferenceReason, ownRun: ReadonlySet<string>): boolean {
  switch (reason.kind) {
    case "own-run":
      return true;
    case "input":
      return reason.name !== null && ownRun.has(reason.name);
    case "earlier":
      return reason.artifacts.length > 0 && reason.artifacts.every((name) => ownRun.has(name));
    default:
      return false;
  }
}
