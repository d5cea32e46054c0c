import { describe, expect, it } from "vitest";
import { readFacts } from "../evidence/read-facts.ts";
import { createSampleRun } from "../sample-run.testing.ts";
import { auditVerdict } from "./audit-verdict.ts";

async function verdictOf(change: {
  facts?: Record<string, object | undefined>;
  gates?: "none" | "rejected" | "expired" | "approved";
}) {
  const { run } = await createSampleRun();
  const facts = { ...run.facts };
  for (const [name, part] of Object.entries(change.facts ?? {})) {
    if (part === undefined) delete facts[name];
    else facts[name] = { ...(facts[name] as object), ...part } as never;
  }
  const [deploy] = run.gates;
  if (deploy?.state !== "resolved") throw new Error("the sample's first gate is resolved");
  const gates = {
    none: [],
    rejected: [{ ...deploy, decision: "rejected" as const }],
    expired: [{ ...deploy, state: "expired" as const }],
    approved: [{ ...deploy, decision: "approved" as const }],
    open: run.gates,
  };
  return auditVerdict(readFacts(facts).known, { gates: gates[change.gates ?? "open"] });
}

describe("auditVerdict", () => {
  it("waits while a gate is open", async () => {
    expect(await verdictOf({})).toEqual({
      tone: "warning",
      line: "WAITING FOR APPROVAL. A manual gate is still open.",
      findings: ["A manual gate is still open."],
    });
  });

  it("is good when everything was recorded and passed", async () => {
    expect(await verdictOf({ gates: "none" })).toMatchObject({ tone: "good", findings: [] });
  });

  it.each([
    [{ facts: { fairness: { passed: false } } }, "Fairness failed."],
    [{ facts: { drift: { passed: false } } }, "Drift is too high"],
    [{ facts: { validation: { ok: false, errors: 2 } } }, "The data holds 2 errors."],
    [{ gates: "rejected" as const }, "A deploy gate was rejected."],
    [{ gates: "expired" as const }, "A deploy gate expired"],
  ])("is bad, and says why, for %j", async (change, finding) => {
    const verdict = await verdictOf(change);
    expect(verdict.tone).toBe("bad");
    expect(verdict.line).toContain(finding);
  });

  it("names who released the model when people accepted an exceeded limit", async () => {
    const verdict = await verdictOf({ facts: { drift: { passed: false } }, gates: "approved" });
    expect(verdict.tone).toBe("warning");
    expect(verdict.line).toMatch(
      /^RELEASED BY APPROVAL WITH A LIMIT EXCEEDED\. Drift is too high.*deploy gate by /,
    );
    expect(verdict.findings[0]).toContain("Drift is too high");
  });

  it.each(["model", "metrics", "fairness", "explanation", "drift"])(
    "counts %s as missing when nobody recorded it",
    async (name) => {
      const verdict = await verdictOf({ facts: { [name]: undefined }, gates: "none" });
      expect(verdict.tone).toBe("warning");
      expect(verdict.line).toContain("INCOMPLETE");
    },
  );

  it("does not count an audit without protected attributes as a pass", async () => {
    const verdict = await verdictOf({ facts: { fairness: { audited: false } }, gates: "none" });
    expect(verdict.line).toContain("Fairness was not audited.");
  });
});
