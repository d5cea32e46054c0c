import { createHash } from "node:crypto";
import { z } from "zod";
import { FailureError, fail } from "#core/contract/failure.ts";
import type { RunRecord } from "#core/contract/run-record.ts";
import { defineTool, type ToolContext } from "#core/contract/tool-definition.ts";
import { auditBundle } from "./audit/audit-bundle.ts";
import { auditContent } from "./audit/audit-content.ts";
import { AUDIT_FILES } from "./audit/audit-evidence.ts";
import { auditVerdict } from "./audit/audit-verdict.ts";
import { ReportDocument } from "./document/report-document.ts";
import { collectEvidence } from "./evidence/evidence.ts";
import { readOptionalBody } from "./evidence/read-body.ts";

const digest = z.string().regex(/^[0-9a-f]{64}$/);

const Output = z.strictObject({
  artifact: digest,
  signature: digest,
  receipt: digest,
  /** Over the list of every artifact that the report speaks of. */
  bundle: digest,
  signedBy: z.string(),
  pages: z.number().int(),
  bytes: z.number().int(),
  verdict: z.string(),
  findings: z.array(z.string()),
});

/** Files that the report itself brings: listing them would make the bundle depend on an earlier report. */
const OWN_FILES: ReadonlySet<string> = new Set([
  AUDIT_FILES.report,
  AUDIT_FILES.signature,
  AUDIT_FILES.receipt,
  AUDIT_FILES.bundle,
]);

export const exportAuditReport = defineTool({
  name: "export_audit_report",
  group: "compliance",
  description:
    "Writes the signed audit report of the current run as PDF: verdict, data governance, model, fairness, explanation, " +
    "drift, approvals, permission decisions, agent trail, lineage, a manifest of every artifact and how to verify it. " +
    "Use it as the last step. Works inside a run only.",
  input: z.strictObject({}),
  output: Output,
  example: {},
  needsRun: true,
  effect: "write",
  repeat: "safe",
  parallel: false,
  timeoutMs: 120_000,
  async run(_, context) {
    if (context.run === undefined) {
      return fail(
        "invalid-input",
        "An audit report is about a run, and this call belongs to none. Let an agent of a run call it.",
      );
    }
    try {
      return await writeReport(context.run, context);
    } catch (thrown) {
      if (thrown instanceof FailureError) return { ok: false, failure: thrown.failure };
      throw thrown;
    }
  },
});

async function writeReport(run: RunRecord, context: ToolContext) {
  // The setting of PDF takes a tenth of a second to load; only a call that makes one should pay for it.
  const { renderPdf } = await import("./pdf/pdf-report.ts");
  const evidence = await collectEvidence(context, modelOf(run));
  const recorded = run.artifacts.filter((artifact) => !OWN_FILES.has(artifact.name));
  const bundle = auditBundle(recorded);
  const verdict = auditVerdict(evidence.facts, run);
  const publicKey = await context.signer.publicKeyPem();
  const { cover, sections } = auditContent({
    run,
    documentTime: context.documentTime,
    evidence,
    verdict,
    bundle,
    card: await readCard(run, context),
    signer: { keyName: context.signer.keyName, keyFingerprint: fingerprintOf(publicKey) },
  });
  const { bytes: pdf, pages } = await renderPdf(cover, sections, {
    subject: `Run ${run.runId}`,
    header: `${cover.title}, run ${run.runId}`,
    documentTime: context.documentTime,
    signal: context.signal,
  });
  const list = await context.artifacts.put({
    name: AUDIT_FILES.bundle,
    kind: "manifest",
    mediaType: "text/plain",
    content: bundle.text,
    inputs: [],
  });
  const report = await context.artifacts.put({
    name: AUDIT_FILES.report,
    kind: "audit-report",
    mediaType: "application/pdf",
    content: pdf,
    inputs: [list.sha256],
  });
  const signed = await keepSignature(
    { pdf, report: report.sha256, bundle: bundle.digest, publicKey },
    run,
    context,
  );
  return {
    ok: true as const,
    output: {
      artifact: report.sha256,
      ...signed,
      bundle: bundle.digest,
      signedBy: context.signer.keyName,
      pages,
      bytes: report.bytes,
      verdict: verdict.line,
      findings: verdict.findings,
    },
    facts: { audit: { artifact: report.sha256, name: report.name } },
  };
}

/** The raw signature, the key to check it with, and both again with their meaning as JSON. */
async function keepSignature(
  made: { pdf: Uint8Array; report: string; bundle: string; publicKey: string },
  run: RunRecord,
  context: ToolContext,
): Promise<{ signature: string; receipt: string }> {
  const { artifacts, signer } = context;
  const inputs = [made.report];
  const value = await signer.sign(made.pdf);
  const signature = await artifacts.put({
    name: AUDIT_FILES.signature,
    kind: "signature",
    mediaType: "application/octet-stream",
    content: value,
    inputs,
  });
  if (!run.artifacts.some((artifact) => artifact.name === AUDIT_FILES.key)) {
    await artifacts.put({
      name: AUDIT_FILES.key,
      kind: "signature",
      mediaType: "application/x-pem-file",
      content: made.publicKey,
      inputs: [],
    });
  }
  const content = {
    format: "swarm-receipt/1",
    run: run.runId,
    document: { name: AUDIT_FILES.report, sha256: made.report, bytes: made.pdf.byteLength },
    bundle: { name: AUDIT_FILES.bundle, sha256: made.bundle },
    signature: {
      algorithm: "Ed25519",
      keyName: signer.keyName,
      keySha256: fingerprintOf(made.publicKey),
      publicKey: made.publicKey,
      value: Buffer.from(value).toString("base64"),
    },
    documentTime: context.documentTime,
  };
  const receipt = await artifacts.put({
    name: AUDIT_FILES.receipt,
    kind: "signature",
    mediaType: "application/json",
    content: `${JSON.stringify(content, null, 2)}\n`,
    inputs,
  });
  return { signature: signature.sha256, receipt: receipt.sha256 };
}

/** Results of an older model are no evidence for the newest one. */
function modelOf(run: RunRecord): { model?: string } {
  const { model } = run.facts;
  const isKnown = typeof model === "object" && model !== null && !Array.isArray(model);
  return isKnown && typeof model.artifact === "string" ? { model: model.artifact } : {};
}

/** SHA-256 over the DER form of the public key, as `openssl pkey -outform DER | sha256sum` prints it. */
function fingerprintOf(pem: string): string {
  const base64 = pem.replaceAll(/-----[A-Z ]+-----|\s/g, "");
  return createHash("sha256").update(Buffer.from(base64, "base64")).digest("hex");
}

async function readCard(run: RunRecord, context: ToolContext): Promise<ReportDocument | undefined> {
  const artifact = run.artifacts.findLast(({ name }) => name === "model_card.json");
  const parsed = ReportDocument.safeParse(await readOptionalBody(context.artifacts, artifact?.sha256));
  return parsed.success ? parsed.data : undefined;
}
