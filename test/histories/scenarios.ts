import type { Event } from "#core/contract/event.ts";
import { failure } from "#core/contract/failure.ts";
import type { AnyHookHandler } from "#core/contract/hook.ts";
import type { RunId } from "#core/contract/ids.ts";
import type { Provider } from "#core/contract/provider.ts";
import { foldRun } from "#core/events/fold-run.ts";
import { newRunEvent } from "#core/events/run-event.ts";
import { sweepGates } from "#core/ops/sweep-gates.ts";
import { createHumanInTheLoopSource } from "#core/policy/rule-sources.ts";
import { requestCancel } from "#core/run/cancel-run.ts";
import { driveRun } from "#core/run/drive-run.ts";
import { resolveGate } from "#core/run/resolve-gate.ts";
import { startRun } from "#core/run/start-run.ts";
import {
  createToy,
  operator,
  type Toy,
  type ToyOptions,
  toyRequest,
  toyWorkflow,
} from "../run/toy-runtime.ts";

const never = new AbortController().signal;

async function begin(
  options: ToyOptions,
  request = toyRequest({ approve: "ask" }),
): Promise<{ toy: Toy; runId: RunId }> {
  const toy = createToy(options);
  const started = await startRun(toy.runtime, { request, by: operator });
  if (!started.ok) throw new Error(started.failure.message);
  return { toy, runId: started.value };
}
const drive = (toy: Toy, runId: RunId) => driveRun(toy.runtime, runId, { reason: "gate", detach: never });
const eventsOf = (toy: Toy, runId: RunId): Promise<Event[]> =>
  toy.runtime.stores.log.read({ kind: "run", id: runId });

async function openGate(toy: Toy, runId: RunId) {
  const state = foldRun(await eventsOf(toy, runId));
  return [...state.gates.values()].find(({ gate }) => gate.state === "open")?.gate;
}

/** Drives in a process that dies at its n-th commit, or inside the named tool. */
async function dieOnce(toy: Toy, runId: RunId, at: { commit?: number; tool?: string }): Promise<void> {
  const detach = new AbortController();
  let commits = 0;
  let dead = false;
  const die = (): never => {
    dead = true;
    detach.abort();
    throw new Error("killed");
  };
  const dying = toy.restart({
    beforeCommit: () => {
      commits += 1;
      if (dead || commits === at.commit) die();
    },
  });
  toy.world.onEffect = (tool) => {
    if (tool === at.tool) die();
  };
  await driveRun(dying.runtime, runId, { reason: "recovery", detach: detach.signal }).catch(() => undefined);
  delete toy.world.onEffect;
}

const asks = createHumanInTheLoopSource([
  { tool: "send_letter", gate: "security", reason: "letters leave the house" },
]);

/** Each gives the events of one run; together they hold nearly every type of the catalogue. */
export const scenarios: Record<string, () => Promise<Event[]>> = {
  async "edited-approved-rejected"() {
    const { toy, runId } = await begin({ sources: [asks] });
    await dieOnce(toy, runId, { commit: 10 });
    const alive = toy.restart();
    for (const decision of ["edited", "approved", "rejected"] as const) {
      await drive(alive, runId);
      const gate = await openGate(alive, runId);
      if (gate === undefined) break;
      await resolveGate(alive.runtime, {
        runId,
        gateId: gate.gateId,
        decision,
        inputHash: gate.inputHash,
        by: operator,
        comment: `recorded ${decision}`,
        ...(decision === "edited" ? { input: { text: "a kinder letter" } } : {}),
      });
    }
    await drive(alive, runId);
    return eventsOf(alive, runId);
  },

  async cancelled() {
    const { toy, runId } = await begin({});
    await drive(toy, runId);
    await requestCancel(toy.runtime, { runId, by: operator, reason: "enough" });
    await drive(toy, runId);
    return eventsOf(toy, runId);
  },

  async "abandoned-expired"() {
    const workflow = {
      ...toyWorkflow,
      nodes: toyWorkflow.nodes.map((node) =>
        node.type === "checkpoint" ? { ...node, ttlHours: 2, escalateHours: 1 } : node,
      ),
    };
    const redacts: AnyHookHandler = {
      id: "mask",
      point: "POST_TOOL",
      owner: "test-mask",
      priority: 50,
      invariant: false,
      timeoutMs: 1000,
      handle: (payload) =>
        payload.tool === "measure"
          ? { outcome: "redact", payload, findings: [{ type: "email", count: 2 }] }
          : { outcome: "allow" },
    };
    const { toy, runId } = await begin({ workflow, handlers: [redacts] });
    await dieOnce(toy, runId, { tool: "send_letter" });
    const alive = toy.restart();
    await drive(alive, runId);
    const abandoned = await openGate(alive, runId);
    if (abandoned === undefined) throw new Error("the letter should have been abandoned");
    await resolveGate(alive.runtime, {
      runId,
      gateId: abandoned.gateId,
      decision: "rejected",
      inputHash: abandoned.inputHash,
      by: operator,
    });
    await drive(alive, runId);
    alive.clock.advance(3 * 3_600_000);
    await sweepGates({ ...alive.runtime.stores, clock: alive.clock });
    await drive(alive, runId);
    const events = await eventsOf(alive, runId);
    const commitment = events[0]?.payloadRef?.commitment;
    if (commitment === undefined) throw new Error("the request has a payload");
    await alive.runtime.stores.log.commit({
      appends: [
        {
          stream: { kind: "run", id: runId },
          events: [
            newRunEvent("payload.erased", { commitment, reason: "a person asked" }, { actor: operator }),
          ],
        },
      ],
      durability: "full",
    });
    return eventsOf(alive, runId);
  },

  async "provider-down"() {
    const down: Provider = {
      id: "down",
      availability: () => ({ usable: true, detail: "" }),
      async *stream() {
        yield { type: "failed", failure: failure("provider-overloaded", "no room", { retryable: true }) };
      },
    };
    const { toy, runId } = await begin({ providers: [down] });
    await drive(toy, runId);
    return eventsOf(toy, runId);
  },

  async "limit-reached"() {
    const { toy, runId } = await begin(
      { contextWindow: 1600 },
      toyRequest({ approve: "auto", limits: { maxModelCalls: 9 } }),
    );
    await drive(toy, runId);
    return eventsOf(toy, runId);
  },
};
