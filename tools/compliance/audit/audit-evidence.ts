import type { RunRecord } from "#core/contract/run-record.ts";
import type { ReportDocument } from "../document/report-document.ts";
import type { Evidence } from "../evidence/evidence.ts";
import type { AuditBundle } from "./audit-bundle.ts";
import type { AuditVerdict } from "./audit-verdict.ts";

/** Names of the report's files in the run's folder. */
export const AUDIT_FILES = {
  report: "audit_report.pdf",
  signature: "audit_report.pdf.sig",
  receipt: "audit_report.receipt.json",
  bundle: "audit_bundle.sha256",
  key: "signing-key.pem",
} as const;

/** Everything that an audit report is written from. */
export interface AuditEvidence {
  run: RunRecord;
  documentTime: string;
  evidence: Evidence;
  verdict: AuditVerdict;
  bundle: AuditBundle;
  /** The recorded model card; undefined when none was made. */
  card: ReportDocument | undefined;
  signer: { keyName: string; keyFingerprint: string };
}
