import { describe, it } from "vitest";
import { answerCases } from "./answer-cases.ts";
import { faultCases } from "./fault-cases.ts";
import { limitCases } from "./limit-cases.ts";
import type { ProviderHarness } from "./provider-harness.ts";

const cases = [...answerCases, ...faultCases, ...limitCases];

/**
 * The behaviour that every provider shares, over real connections to a far side on the loopback. A case that does
 * not apply is skipped with the reason that the harness gives.
 */
export function describeProvider(name: string, harness: ProviderHarness): void {
  const ids = cases.map(({ id }) => id);
  for (const skipped of Object.keys(harness.skips)) {
    if (!ids.includes(skipped))
      throw new Error(`${name} skips ${skipped}, which is no case; known: ${ids.join(", ")}`);
  }
  describe(`${name} as a provider`, () => {
    for (const one of cases) {
      it(`${one.behaviour} [${one.id}]`, async (context) => {
        const reason = harness.skips[one.id];
        if (reason !== undefined) context.skip(reason);
        await one.run(harness);
      });
    }
  });
}
