import { createHash, createPublicKey, verify } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createTestToolContext, type TestToolContext } from "#core/testing/tool-context.ts";
import { DocumentFact } from "../facts.ts";
import { exportAuditReport } from "./export-audit-report.ts";
import { createSampleRun, type SampleRun } from "./sample-run.testing.ts";

async function report(change?: Parameters<typeof createSampleRun>[0]) {
  const sample = await createSampleRun(change);
  const outcome = await exportAuditReport.run({}, sample.context);
  return { ...sample, outcome };
}

const text = (context: TestToolContext, name: string) => Buffer.from(context.bytesOf(name)).toString();
const sha256 = (bytes: Uint8Array | string) => createHash("sha256").update(bytes).digest("hex");

describe("export_audit_report", () => {
  it("fails outside of a run and says so", async () => {
    const outcome = await exportAuditReport.run({}, createTestToolContext());
    expect(outcome).toMatchObject({ ok: false, failure: { code: "invalid-input" } });
  });

  it("keeps report, signature, key, receipt and the list of what it speaks of", async () => {
    const { context, outcome } = await report();
    expect(context.kept.map((artifact) => artifact.name)).toEqual([
      "audit_bundle.sha256",
      "audit_report.pdf",
      "audit_report.pdf.sig",
      "signing-key.pem",
      "audit_report.receipt.json",
    ]);
    expect(DocumentFact.parse(outcome.ok && outcome.facts?.audit).name).toBe("audit_report.pdf");
    expect(exportAuditReport.output.safeParse(outcome.ok && outcome.output).success).toBe(true);
  });

  it("signs the report so that the key beside it verifies it, and no other bytes", async () => {
    const { context } = await report();
    const pdf = context.bytesOf("audit_report.pdf");
    const key = createPublicKey(text(context, "signing-key.pem"));
    const signature = context.bytesOf("audit_report.pdf.sig");
    expect(signature).toHaveLength(64);
    expect(verify(null, pdf, key, signature)).toBe(true);
    const flipped = Uint8Array.from(pdf);
    flipped[999] = (flipped[999] ?? 0) ^ 1;
    expect(verify(null, flipped, key, signature)).toBe(false);
  });

  it("lists every artifact once, by the digest of the bytes that lie in the run's folder", async () => {
    const { context, run, outcome } = await report((sample) => {
      const [first] = sample.artifacts;
      return first === undefined
        ? sample
        : {
            ...sample,
            artifacts: [...sample.artifacts, { ...first, sha256: "9f".repeat(32) as typeof first.sha256 }],
          }; // 64 digits
    });
    const list = text(context, "audit_bundle.sha256");
    const lines = list.trimEnd().split("\n");
    expect(lines).toHaveLength(new Set(run.artifacts.map((artifact) => artifact.name)).size);
    expect(lines).toContain(`${"9f".repeat(32)}  data/loans.csv`);
    expect(lines).toEqual(lines.toSorted((left, right) => (left.slice(66) < right.slice(66) ? -1 : 1)));
    expect(outcome.ok && outcome.output).toHaveProperty("bundle", sha256(list));
  });

  it("says the same in the receipt as in the files", async () => {
    const { context, run } = await report();
    const receipt: unknown = JSON.parse(text(context, "audit_report.receipt.json"));
    expect(receipt).toMatchObject({
      run: run.runId,
      document: { name: "audit_report.pdf", sha256: sha256(context.bytesOf("audit_report.pdf")) },
      bundle: { sha256: sha256(text(context, "audit_bundle.sha256")) },
      signature: {
        algorithm: "Ed25519",
        value: Buffer.from(context.bytesOf("audit_report.pdf.sig")).toString("base64"),
        publicKey: text(context, "signing-key.pem"),
      },
    });
  });

  it("gives the same bytes for the same run, whatever the clock says", async () => {
    const made = async ({ context }: SampleRun) => {
      // Another key would change the fingerprint on the cover.
      const signer = {
        ...context.signer,
        publicKeyPem: async () => "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
      };
      await exportAuditReport.run({}, { ...context, signer });
      return sha256(context.bytesOf("audit_report.pdf"));
    };
    expect(await made(await createSampleRun())).toBe(await made(await createSampleRun()));
  });

  it("never lists itself, though the run holds an earlier report", async () => {
    const { context, run } = await report();
    const again = { ...context, run: { ...run, artifacts: [...run.artifacts, ...context.kept] } };
    expect((await exportAuditReport.run({}, again)).ok).toBe(true);
    const list = context.kept.findLast((artifact) => artifact.name === "audit_bundle.sha256");
    const lines = Buffer.from(await context.artifacts.read(list?.sha256 ?? "")).toString();
    expect(lines).toContain("signing-key.pem");
    expect(lines).not.toContain("audit_");
  });

  it("stays below 500 KB and takes long texts, many rows and letters that the fonts lack", async () => {
    const { outcome } = await report((run) => ({
      ...run,
      request: { ...run.request, problem: "Zażółć gęślą jaźń € 中文 ".repeat(60) },
      denials: Array.from({ length: 200 }, (_, index) => ({
        tool: `a_tool_with_a_very_long_name_indeed_${index}`,
        agent: "an_agent_with_a_name_that_is_longer_than_its_column",
        source: "operator-policy",
        rule: "x".repeat(120),
        reason: "Because ".repeat(index === 0 ? 700 : 12),
      })),
    }));
    const output = exportAuditReport.output.parse(outcome.ok && outcome.output) as {
      bytes: number;
      pages: number;
    };
    expect(output.bytes).toBeLessThan(500_000);
    expect(output.pages).toBeGreaterThan(15);
  });

  it("is written even when nothing but the request was recorded", async () => {
    const { outcome } = await report((run) => ({
      ...run,
      facts: {},
      artifacts: [],
      gates: [],
      trail: [],
      denials: [],
    }));
    expect(outcome.ok && outcome.output).toMatchObject({
      verdict: expect.stringContaining("INCOMPLETE"),
      findings: expect.arrayContaining(["No trained model was recorded."]),
    });
  });
});
