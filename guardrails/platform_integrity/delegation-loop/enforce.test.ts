import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { HookContext, HookPayloads } from "#core/contract/hook.ts";
import { createHookChain } from "#core/hooks/hook-chain.ts";
import { createDelegationLoopGuardrail, DelegationLoopConfig } from "./enforce.ts";

const manifest = {
  id: "delegation-loop",
  code: "G10",
  category: "platform_integrity" as const,
  description: "test",
  points: ["AGENT_DELEGATE" as const],
  priority: 80,
  invariant: true,
};
const context: HookContext = {
  runId: "run_000001",
  agent: "ml_director",
  callId: undefined,
  invocationId: undefined,
  runMemory: new Map(),
  signal: new AbortController().signal,
};
const rows = readFileSync(new URL("redteam.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map(
    (line) =>
      JSON.parse(line) as { id: string; payload: HookPayloads["AGENT_DELEGATE"]; outcome: "allow" | "deny" },
  );

describe("G10 delegation loop", () => {
  it.each(rows)("$id: $outcome", async ({ payload, outcome }) => {
    const chain = createHookChain(createDelegationLoopGuardrail(manifest, DelegationLoopConfig.parse({})));
    const result = await chain.run("AGENT_DELEGATE", payload, context);
    expect(result.passed).toBe(outcome === "allow");
  });

  it("takes its limits from the deployment", async () => {
    const chain = createHookChain(
      createDelegationLoopGuardrail(manifest, DelegationLoopConfig.parse({ maxPerRun: 1 })),
    );
    const payload = { ...(rows[0] as (typeof rows)[number]).payload, delegations: 1 };
    expect(await chain.run("AGENT_DELEGATE", payload, context)).toMatchObject({
      passed: false,
      by: { owner: "delegation-loop" },
    });
  });
});
