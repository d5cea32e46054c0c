import { z } from "zod";
import type { AnyHookHandler, HookOutcome, HookPayloads } from "#core/contract/hook.ts";
import type { GuardrailManifest } from "#core/contract/guardrail.ts";

export const DelegationLoopConfig = z.strictObject({
  /** Handovers of one run, over all agents. */
  maxPerRun: z.number().int().positive().default(50),
  /** How often the same agent may get the same work. */
  maxSameInput: z.number().int().positive().default(2),
  /** How often the same agent may be handed anything. */
  maxSameAgent: z.number().int().positive().default(20),
});

type Handover = HookPayloads["AGENT_DELEGATE"];

/** G10. Counts come with the payload, from the log, so a restart forgets nothing. */
export function createDelegationLoopGuardrail(
  manifest: GuardrailManifest,
  config: z.output<typeof DelegationLoopConfig>,
): AnyHookHandler[] {
  return [
    {
      id: manifest.id,
      point: "AGENT_DELEGATE",
      owner: manifest.id,
      priority: manifest.priority,
      invariant: manifest.invariant,
      timeoutMs: 1000,
      handle: (payload) => check(payload, config),
    },
  ];
}

function check(handover: Handover, config: z.output<typeof DelegationLoopConfig>): HookOutcome<Handover> {
  const deny = (type: string, reason: string): HookOutcome<Handover> => ({
    outcome: "deny",
    reason,
    findings: [{ type, count: 1 }],
  });
  if (handover.delegations >= config.maxPerRun) {
    return deny(
      "too-many",
      `this run has made ${handover.delegations} handovers, the most allowed (${config.maxPerRun}); finish with what there is`,
    );
  }
  if (handover.sameInput >= config.maxSameInput) {
    return deny(
      "same-work",
      `${handover.to} was given exactly this work ${handover.sameInput} times before; change the task, use what it returned, or report what is missing`,
    );
  }
  if (handover.sameAgent >= config.maxSameAgent) {
    return deny(
      "same-agent",
      `${handover.to} was handed work ${handover.sameAgent} times in this run; finish with what there is`,
    );
  }
  return { outcome: "allow" };
}
