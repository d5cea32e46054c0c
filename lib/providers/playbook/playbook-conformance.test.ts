import { Playbook } from "#core/contract/agent-manifest.ts";
import type { JsonObject } from "#core/contract/json.ts";
import { describeProvider } from "#core/testing/conformance/provider/describe-provider.ts";
import type { ProviderHarness } from "#core/testing/conformance/provider/provider-harness.ts";
import type { Scenario } from "#core/testing/conformance/provider/scenario.ts";
import { createPlaybookProvider, PLAYBOOK_MODEL } from "./playbook-provider.ts";

const noWire = "it calls nobody, so nothing can go wrong on the way";
const noKey = "it has no key";
const noLimits = "it answers at once, so there is nothing to limit";
const oneCall = "a rule makes one call";

/** The n-th scenario is the n-th rule, written for the worker who asks in the suite. */
const harness: ProviderHarness = {
  skips: {
    "parallel-calls": oneCall,
    "malformed-arguments": "it writes its arguments itself, and they are JSON",
    "round-trip": "it reads the messages themselves; nothing is put into a wire format",
    thinking: "it does not reason",
    usage: "it estimates; it has no cache and no reasoning to count",
    request: noWire,
    "empty-answer": "its schema has no rule that says nothing, and without a rule it says so",
    "max-tokens": "a playbook's texts are finished",
    refusal: "a playbook refuses nothing",
    "unknown-events": noWire,
    connections: noWire,
    concurrent: "one conversation gives one answer; it has no state that calls could share",
    "refused-key": noKey,
    forbidden: noKey,
    "rejected-request": noWire,
    "context-too-long": "it has no window",
    "unknown-model": "it has no models",
    "rate-limited": noWire,
    "rate-limited-ms": noWire,
    "rate-limited-without": noWire,
    "rate-limited-date": noWire,
    "no-quota": noWire,
    overloaded: noWire,
    unavailable: noWire,
    internal: noWire,
    "gateway-page": noWire,
    "page-for-answer": noWire,
    cut: noWire,
    "early-end": noWire,
    "malformed-event": noWire,
    "wrong-shape": noWire,
    "error-event": noWire,
    "usage-of-failed": noWire,
    "cut-tail": noWire,
    "connection-refused": noWire,
    "no-key-1": noKey,
    "no-key-2": noKey,
    "no-key-3": noKey,
    "no-key-4": noKey,
    "first-byte": noLimits,
    idle: noLimits,
    total: noLimits,
    "abort-waiting": noLimits,
  },
  model: PLAYBOOK_MODEL,
  keyVariable: undefined,
  start(scenarios) {
    const rules = scenarios.length === 0 ? [{ finish: "done" }] : scenarios.map(ruleOf);
    const playbook = Playbook.parse({ rules });
    return Promise.resolve({
      provider: createPlaybookProvider({ playbookOf: () => playbook }),
      seen: () => {
        throw new Error("nothing is sent");
      },
      requests: () => 0,
      connections: () => ({ taken: 0, open: 0 }),
      stopFarSide: () => Promise.resolve(),
      close: () => Promise.resolve(),
    });
  },
};

function ruleOf(scenario: Scenario): JsonObject {
  if (scenario.kind !== "answer") throw new Error(`a playbook plays no ${scenario.kind}`);
  const { text = [], calls = [] } = scenario.answer;
  const [call] = calls;
  if (call === undefined) return { finish: text.join("") };
  const input = call.json.length === 0 ? {} : (JSON.parse(call.json.join("")) as JsonObject); // scripted as an object
  return { call: call.name, with: input, ...(text.length > 0 && { say: text.join("") }) };
}

describeProvider("playbook", harness);
