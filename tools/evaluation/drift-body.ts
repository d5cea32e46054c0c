import { reportColumns } from "./drift-columns.ts";
import type { DriftRequest } from "./drift-request.ts";
import type { DriftReport } from "./make-drift-report.ts";
import { multivariateSummary } from "./multivariate-summary.ts";

/** The content of drift.json: what was asked, how it was judged, and every number the verdict rests on. */
export function driftBody(request: DriftRequest, report: DriftReport, limitNotes: readonly string[]) {
  const { baseline } = request;
  return {
    request,
    ...(baseline.kind === "rows" ? { reference: baseline.reference } : { profile: baseline.profile }),
    current: request.current,
    referenceRows: report.baselineRows,
    currentRows: report.currentRows,
    comparedPeriod: report.comparedPeriod,
    verdict: report.verdict.verdict,
    passed: report.verdict.passed,
    limit: request.limit,
    rule: report.rule,
    psiRule: report.psiRule,
    windowRule: report.windowRule,
    precision: report.precision,
    alpha: request.alpha,
    tests: report.verdict.tests,
    limitNotes,
    notes: report.notes,
    windows: report.windows,
    timeline: report.timeline,
    states: report.states,
    columns: reportColumns(report),
    findings: report.findings,
    multivariate:
      report.multivariate === null
        ? null
        : { summary: multivariateSummary(report.multivariate), ...report.multivariate },
    skipped: report.compared.skipped,
  };
}
