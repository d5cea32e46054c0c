import { type Actor, type Role, Role as RoleSchema } from "#core/contract/actor.ts";
import { readJsonPayload } from "#core/contract/event-log.ts";
import { fail, ok, type Result } from "#core/contract/failure.ts";
import type { ApprovalGate, GateDecision } from "#core/contract/gate.ts";
import type { GateId, RunId, Sha256 } from "#core/contract/ids.ts";
import type { JsonObject, JsonValue } from "#core/contract/json.ts";
import { hashOfJson } from "#core/events/hash.ts";
import { newRunEvent } from "#core/events/run-event.ts";
import type { RunState } from "#core/events/run-state.ts";
import { hasEnded } from "./cancel-run.ts";
import { gateWord } from "./run-result.ts";
import { loadRun } from "./load-run.ts";
import type { Runtime } from "./runtime.ts";
import { hashOfInput } from "./input-hash.ts";

export interface GateView {
  gate: ApprovalGate;
  /** Exactly what is approved; hashing it gives the gate's inputHash. */
  shown: JsonObject;
}

/**
 * Reads a gate with what it shows. Failures: `not-found`; `gate-input-changed` when what is stored no longer
 * hashes to what the gate was opened for.
 */
export async function viewGate(runtime: Runtime, runId: RunId, gateId: GateId): Promise<Result<GateView>> {
  const loaded = await loadRun(runtime, runId);
  return loaded.ok ? viewIn(runtime, loaded.value.state, gateId) : loaded;
}

async function viewIn(
  runtime: Runtime,
  { runId, gates }: RunState,
  gateId: GateId,
): Promise<Result<GateView>> {
  const record = gates.get(gateId);
  if (record === undefined) return fail("not-found", `run ${runId} has no gate ${gateId}`);
  const shown = await readJsonPayload(runtime.stores.payloads, record.shownRef);
  if (!shown.ok) return changed(gateId, shown.failure.message);
  const content = shown.value as JsonObject; // written by openGate
  const { subject } = record.gate;
  const hash =
    subject.kind === "checkpoint" ? hashOfJson(content) : hashOfInput(subject.tool, content["input"] ?? null);
  if (hash !== record.gate.inputHash) return changed(gateId, "what is stored hashes to something else");
  return ok({ gate: record.gate, shown: content });
}

/**
 * Records a person's decision. It counts only for the input that was shown: `inputHash` must be the gate's, what is
 * stored must still hash to it, and every artifact it names must still have its bytes. Failures: `conflict` (not
 * open, or the run ended), `forbidden` (role too low), `gate-input-changed`, `invalid-input`.
 */
export async function resolveGate(
  runtime: Runtime,
  options: {
    runId: RunId;
    gateId: GateId;
    decision: GateDecision;
    inputHash: string;
    by: Actor;
    comment?: string;
    /** New arguments, for `edited`. */
    input?: JsonValue;
  },
): Promise<Result<ApprovalGate>> {
  const { runId, gateId, decision, by } = options;
  const loaded = await loadRun(runtime, runId);
  if (!loaded.ok) return loaded;
  const viewed = await viewIn(runtime, loaded.value.state, gateId);
  if (!viewed.ok) return viewed;
  const { gate, shown } = viewed.value;
  if (gate.state !== "open")
    return fail(
      "conflict",
      `gate ${gateId} is ${gateWord(gate)} already${decider(gate)}; it cannot be decided again`,
    );
  if (hasEnded(loaded.value.state))
    return fail("conflict", `run ${runId} has ${loaded.value.state.phase.status}; its gates are closed`);
  const role = by.kind === "user" ? by.role : "viewer";
  if (!atLeast(role, gate.role)) {
    return fail("forbidden", `gate ${gateId} needs the role ${gate.role}; ${by.id} is ${role}`);
  }
  if (options.inputHash !== gate.inputHash) {
    return changed(
      gateId,
      `you decided about ${options.inputHash.slice(0, 12)}…, the gate stands before ${gate.inputHash.slice(0, 12)}…`,
      { gateInputHash: gate.inputHash, decidedInputHash: options.inputHash },
    );
  }
  const artifacts = await changedArtifact(runtime, shown, loaded.value.state);
  if (artifacts !== undefined) return changed(gateId, artifacts);
  let approvedHash: Sha256 = gate.inputHash;
  if (decision === "edited") {
    if (gate.subject.kind !== "tool-call" || options.input === undefined) {
      return fail("invalid-input", `only the arguments of a tool call can be edited, and they must be given`);
    }
    approvedHash = hashOfInput(gate.subject.tool, options.input);
  }
  if (decision === "answered") {
    return fail("invalid-input", `gate ${gateId} asks for approval, not for an answer; approve or reject it`);
  }
  const committed = await runtime.stores.log.commit({
    appends: [
      {
        stream: { kind: "run", id: runId },
        // Two people deciding at once: the second is refused instead of overwriting the first.
        expectedSeq: loaded.value.state.lastSeq,
        events: [
          newRunEvent(
            "gate.resolved",
            { gateId, decision, inputHash: approvedHash },
            {
              actor: by,
              payload: {
                mediaType: "application/json",
                json: {
                  comment: options.comment ?? "",
                  ...(options.input === undefined ? {} : { input: options.input }),
                },
              },
            },
          ),
        ],
      },
    ],
    durability: "full",
  });
  if (!committed.ok) {
    if (committed.failure.code !== "conflict") return committed;
    return fail("conflict", `run ${runId} moved on while you decided; look at the gate again`, {
      retryable: true,
    });
  }
  const after = await viewGate(runtime, runId, gateId);
  return after.ok ? ok(after.value.gate) : after;
}

const atLeast = (role: Role, least: Role): boolean =>
  RoleSchema.options.indexOf(role) >= RoleSchema.options.indexOf(least);

function changed(gateId: GateId, how: string, details?: JsonObject): ReturnType<typeof fail> {
  return fail(
    "gate-input-changed",
    `what gate ${gateId} stands before has changed (${how}); an approval counts only for what was shown. Nothing was decided; look again with: swarm gates show ${gateId}`,
    details === undefined ? {} : { details },
  );
}

/** By whom it was decided, as far as somebody did. */
const decider = (gate: ApprovalGate): string =>
  gate.state === "resolved" ? ` by ${gate.resolvedBy.id}` : "";

/** Says which artifact named in what was shown has lost its bytes, if any has. */
async function changedArtifact(
  runtime: Runtime,
  shown: JsonValue,
  { artifacts }: RunState,
): Promise<string | undefined> {
  const recorded = new Set([...artifacts.values()].map(({ sha256 }) => sha256));
  for (const digest of digestsIn(shown)) {
    if (!(await runtime.stores.artifacts.has(digest))) {
      // Not every digest is an artifact's; one that the run recorded is.
      if (recorded.has(digest)) return `the bytes of artifact ${digest.slice(0, 12)}… are gone`;
      continue;
    }
    try {
      await runtime.stores.artifacts.read(digest);
    } catch {
      return `the bytes of artifact ${digest.slice(0, 12)}… are no longer those it was named for`;
    }
  }
  return undefined;
}

function digestsIn(value: JsonValue): Set<Sha256> {
  const found = new Set<Sha256>();
  const visit = (part: JsonValue): void => {
    if (typeof part === "string") {
      if (/^[0-9a-f]{64}$/.test(part)) found.add(part as Sha256); // just matched
    } else if (typeof part === "object" && part !== null) {
      for (const member of Object.values(part)) visit(member);
    }
  };
  visit(value);
  return found;
}
