import type { ArtifactKind } from "#core/contract/artifact.ts";
import type { RecordedEnvironment } from "#core/contract/environment-record.ts";
import { Sha256 } from "#core/contract/ids.ts";
import type { JsonObject, JsonValue } from "#core/contract/json.ts";
import type { ComparedRun, MadeArtifact } from "./compared-run.ts";
import { differingFields, type FieldDifference } from "./differing-fields.ts";

/** A difference on the record that can explain why an artifact's bytes differ. */
export type DifferenceReason =
  /** What it was made from: an artifact by its name in the run's folder, or the data of the run (`name` is null). */
  | { kind: "input"; name: string | null }
  | { kind: "tool"; left: string; right: string }
  | ({ kind: "argument"; tool: string } & FieldDifference)
  /** The arguments' hashes differ and a side's content is erased. */
  | { kind: "erased-arguments"; tool: string }
  | { kind: "seed"; left: number; right: number }
  | ({ kind: "request" } & FieldDifference)
  | { kind: "deployment" }
  | { kind: "workflow" }
  | ({ kind: "environment" } & FieldDifference)
  /** A run from before environments were recorded: nothing can be said about it. */
  | { kind: "environment-not-recorded"; side: "left" | "right" | "both" }
  /** The document states its own run: id, times, people. */
  | { kind: "own-run" }
  /** Nothing else differs, but the call could see facts and artifacts of the run that do. */
  | { kind: "earlier"; facts: string[]; artifacts: string[] };

/** These print the run they belong to; all others hold no time and no run id (docs/decisions/0008). */
const DOCUMENTS: ReadonlySet<ArtifactKind> = new Set<ArtifactKind>(["model-card", "audit-report"]);

/** Parts of a request that tools fall back to when a call does not say. */
const USED_BY_TOOLS = /^(target|timeColumn|protected)$/;

/**
 * The reasons on the record for one name's bytes being different in two runs; empty when there is none, and then it is
 * a defect or tampering. What cannot change bytes (processors, threads, memory) is no reason.
 */
export function explainDifference(
  runs: { left: ComparedRun; right: ComparedRun },
  made: { left: MadeArtifact; right: MadeArtifact },
): DifferenceReason[] {
  const { left, right } = runs;
  const isDocument = DOCUMENTS.has(made.left.artifact.kind) || DOCUMENTS.has(made.right.artifact.kind);
  const reasons: DifferenceReason[] = [...inputReasons(runs, made), ...callReasons(made)];
  if (left.state.seed !== right.state.seed)
    reasons.push({ kind: "seed", left: left.state.seed, right: right.state.seed });
  for (const difference of requestDifferences(left, right)) {
    if (USED_BY_TOOLS.test(difference.field) || isDocument) reasons.push({ kind: "request", ...difference });
  }
  if (left.state.deployment.configHash !== right.state.deployment.configHash)
    reasons.push({ kind: "deployment" });
  if (isDocument && left.state.workflow.hash !== right.state.workflow.hash)
    reasons.push({ kind: "workflow" });
  reasons.push(...environmentReasons(made));
  if (isDocument && left.runId !== right.runId) reasons.push({ kind: "own-run" });
  return reasons.length > 0 ? reasons : earlierReasons(made);
}

/** Differences of two requests, beside seed and data, which have reasons of their own. */
export function requestDifferences(left: ComparedRun, right: ComparedRun): FieldDifference[] {
  return differingFields(
    left.request as unknown as JsonObject,
    right.request as unknown as JsonObject,
  ).filter(({ field }) => field !== "seed" && field !== "data.sha256" && field !== "data.bytes"); // a parsed request is JSON
}

function inputReasons(
  { left, right }: { left: ComparedRun; right: ComparedRun },
  made: { left: MadeArtifact; right: MadeArtifact },
): DifferenceReason[] {
  const mine = inputNames(left, made.left);
  const theirs = inputNames(right, made.right);
  const names = new Set<string | null>();
  for (const [digest, name] of mine) if (!theirs.has(digest)) names.add(name);
  for (const [digest, name] of theirs) if (!mine.has(digest)) names.add(name);
  return [...names].map((name) => ({ kind: "input", name }));
}

/** Digests that an artifact was made from, declared or given as arguments, with their names in its run. */
function inputNames(run: ComparedRun, made: MadeArtifact): Map<Sha256, string | null> {
  const byDigest = new Map<Sha256, string | null>([[run.request.data.sha256, null]]);
  // The first name of a digest: `models/model_1.json`, not the `model.json` that is kept beside it.
  for (const [name, digest] of made.keptBefore) if (!byDigest.has(digest)) byDigest.set(digest, name);
  const digests = [...made.artifact.inputs, ...digestsIn(made.call?.input)];
  return new Map(
    digests.flatMap((digest) => {
      const name = byDigest.get(digest);
      return name === undefined || name === made.artifact.name ? [] : [[digest, name] as const];
    }),
  );
}

function digestsIn(value: JsonValue | undefined): Sha256[] {
  if (typeof value === "string") {
    const digest = digestOf(value);
    return digest === undefined ? [] : [digest];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(digestsIn);
}

function callReasons({ left, right }: { left: MadeArtifact; right: MadeArtifact }): DifferenceReason[] {
  const [mine, theirs] = [left.call, right.call];
  if (mine === undefined || theirs === undefined) return [];
  if (mine.tool !== theirs.tool) return [{ kind: "tool", left: mine.tool, right: theirs.tool }];
  if (mine.inputHash === theirs.inputHash) return [];
  const { tool } = mine;
  if (mine.input === undefined || theirs.input === undefined) return [{ kind: "erased-arguments", tool }];
  return differingFields(mine.input, theirs.input)
    .filter((difference) => !isDigestPair(difference))
    .map((difference) => ({ kind: "argument", tool, ...difference }));
}

/** Arguments that name what was made before are inputs, told as such. */
const isDigestPair = ({ left, right }: FieldDifference): boolean =>
  digestOf(left) !== undefined && digestOf(right) !== undefined;

/** A digest as tools give it, or with its algorithm before it, as container images are named. */
function digestOf(value: JsonValue | undefined): Sha256 | undefined {
  if (typeof value !== "string") return undefined;
  return Sha256.safeParse(value.replace(/^sha256:/, "")).data;
}

function environmentReasons(made: { left: MadeArtifact; right: MadeArtifact }): DifferenceReason[] {
  const [mine, theirs] = [made.left.environment, made.right.environment];
  if (mine === undefined || theirs === undefined) {
    const side = mine === theirs ? "both" : mine === undefined ? "left" : "right";
    return [{ kind: "environment-not-recorded", side }];
  }
  return environmentDifferences(mine, theirs)
    .filter(({ field }) => canChangeBytes(field, [mine, theirs]))
    .map((difference) => ({ kind: "environment", ...difference }));
}

/** All places at which two environments differ. */
export function environmentDifferences(
  left: RecordedEnvironment | undefined,
  right: RecordedEnvironment | undefined,
): FieldDifference[] {
  return differingFields(asJson(left), asJson(right));
}

const asJson = (environment: RecordedEnvironment | undefined): JsonObject | undefined =>
  environment?.record as unknown as JsonObject | undefined; // a parsed record is JSON

/** The engine gives the same bytes on any number of threads; numerical libraries choose kernels by the processor. */
function canChangeBytes(field: string, environments: readonly RecordedEnvironment[]): boolean {
  if (field === "compute.processorModel")
    return environments.some(({ record }) => record.python.status !== "absent");
  return !field.startsWith("compute.");
}

function earlierReasons({ left, right }: { left: MadeArtifact; right: MadeArtifact }): DifferenceReason[] {
  const facts = new Set(
    differingFields(left.factsBefore, right.factsBefore).map(({ field }) => field.split(".")[0] ?? field),
  );
  const names = new Set([...left.keptBefore.keys(), ...right.keptBefore.keys()]);
  names.delete(left.artifact.name);
  const artifacts = [...names].filter((name) => left.keptBefore.get(name) !== right.keptBefore.get(name));
  return facts.size + artifacts.length === 0 ? [] : [{ kind: "earlier", facts: [...facts], artifacts }];
}
