import type { Agent } from "#core/contract/agent-manifest.ts";
import { type Failure, failure } from "#core/contract/failure.ts";
import { type CallId, InvocationId, Sha256 } from "#core/contract/ids.ts";
import type { JsonObject } from "#core/contract/json.ts";
import { newRunEvent } from "#core/events/run-event.ts";
import { derivedId } from "./derived-id.ts";
import { hookContext, triggerEvents } from "./hook-events.ts";
import { agentActor, type RunSession } from "./run-session.ts";

export interface AgentTask {
  agent: Agent;
  nodeId: string;
  visit: number;
  depth: number;
  parentCallId: CallId | undefined;
  /** In full sentences. */
  task: string;
  /** References and settings by name. */
  inputs: JsonObject;
}

/** What an agent sees first: kept as the payload of agent.started and shown in every turn. */
export interface AgentBrief {
  system: string;
  task: string;
}

/**
 * Starts the life of an agent: settles its model, writes its brief, asks SESSION_START. The brief's second part is
 * one JSON block with the task, its inputs, the request and what the run knows so far, so that models and
 * playbooks read the same thing.
 */
export async function startAgent(
  session: RunSession,
  options: AgentTask,
): Promise<{ ok: true; value: InvocationId } | { ok: false; failure: Failure }> {
  const { runtime, request, state } = session;
  const { manifest, prompt, hash } = options.agent;
  const cause = options.parentCallId ?? `${options.nodeId}/${options.visit}`;
  const invocationId = InvocationId.parse(derivedId("inv", state.runId, cause));
  const provider = request?.provider ?? manifest.model.provider ?? runtime.models.provider;
  const model =
    request?.model ?? manifest.model.name ?? runtime.models.modelFor(provider, manifest.model.tier);
  const subject = { agent: manifest.id, invocationId };
  const hooked = await runtime.hooks.run(
    "SESSION_START",
    {
      system: prompt,
      task: briefText(options, {
        problem: request?.problem ?? "",
        target: request?.target ?? "",
        protected: request?.protected ?? [],
        timeColumn: request?.timeColumn ?? null,
        data: request === undefined ? {} : { ...request.data },
        facts: state.facts,
      }),
    },
    hookContext(session, subject),
  );
  const triggers = triggerEvents("SESSION_START", hooked.triggers, subject);
  if (!hooked.passed) {
    if (triggers.length > 0) await session.append(triggers);
    return {
      ok: false,
      failure: failure("refused-by-guardrail", `${manifest.id} may not start: ${hooked.reason}`, {
        details: { guardrail: hooked.by.owner },
      }),
    };
  }
  const brief: AgentBrief = hooked.payload;
  // agent.started first: the triggers name the invocation it introduces.
  await session.append([
    newRunEvent(
      "agent.started",
      {
        invocationId,
        agent: manifest.id,
        team: manifest.team,
        tier: manifest.tier,
        manifestHash: Sha256.parse(hash),
        depth: options.depth,
        nodeId: options.nodeId,
        visit: options.visit,
        ...(options.parentCallId === undefined ? {} : { parentCallId: options.parentCallId }),
        provider,
        model,
      },
      { actor: agentActor(manifest.id), payload: { mediaType: "application/json", json: brief } },
    ),
    ...triggers,
  ]);
  return { ok: true, value: invocationId };
}

interface BriefContext {
  problem: string;
  target: string;
  protected: string[];
  timeColumn: string | null;
  data: JsonObject;
  facts: JsonObject;
}

function briefText(options: AgentTask, context: BriefContext): string {
  const { facts, ...request } = context;
  const block = { task: options.task, inputs: options.inputs, request, facts };
  return `${options.task}\n\n\`\`\`json\n${JSON.stringify(block, null, 1)}\n\`\`\``;
}
