import { FailureError, failure } from "#core/contract/failure.ts";
import type { ToolContext } from "#core/contract/tool-definition.ts";
import {
  type Frame,
  fingerprintIndices,
  getColumn,
  type HeldState,
  holdStates,
  type MultivariateDrift,
  type ProfileFinding,
  PSI_RULE,
  selectRows,
  suggestFeatures,
} from "#lib/ml/index.ts";
import { loadFrame, loadModel } from "../engine/artifacts.ts";
import { checkColumns } from "../engine/check-columns.ts";
import { inEngine, runTask } from "../engine/run-task.ts";
import { type ComparedParts, compareParts } from "./compare-parts.ts";
import { type ComparedProfile, compareWithProfile } from "./compare-with-profile.ts";
import type { DriftRequest } from "./drift-request.ts";
import { driftRule, type DriftVerdict, type DriftWord, judgeDrift } from "./drift-rule.ts";
import { withModelOutputs } from "./model-outputs.ts";
import { loadProfile } from "./stored-profile.ts";
import { MINIMAL_PERIOD_ROWS, type Period, timePeriods } from "./time-periods.ts";

/**
 * One period in short. Readers of drift.json take whatever has `psi` and `column` for a column's row, so neither name
 * may stand here.
 */
export interface TimelineEntry {
  period: string;
  rows: number;
  verdict: DriftWord;
  largestPsi: number;
  largestPsiColumn: string | null;
}

export interface DriftReport {
  verdict: DriftVerdict;
  compared: ComparedParts;
  findings: readonly ProfileFinding[];
  /** Present when the baseline is a profile. */
  precision: string | null;
  multivariate: MultivariateDrift | null;
  timeline: TimelineEntry[];
  states: HeldState<DriftWord>[];
  /** The stretches of rows that were judged, each with the fingerprint of its row numbers. */
  windows: { name: string; rows: number; fingerprint: string }[];
  comparedPeriod: string | null;
  baselineRows: number;
  currentRows: number;
  rule: string;
  psiRule: string;
  windowRule: string;
  notes: string[];
}

const WINDOW_RULE =
  `periods of the time column, weeks to years, the finest that gives at most 24; one with fewer than ${MINIMAL_PERIOD_ROWS} rows joins ` +
  "the one before it. Without a time column all rows are one window. The newest decides the verdict; the state changes " +
  "when the verdict has been on the same side of it for as many windows in a row as asked, each with enough rows, and " +
  "else a person is asked";

const STATES = ["stable", "moderate", "major"] as const satisfies readonly DriftWord[];

/** What rows are compared with, by whatever means. */
interface Baseline {
  rows: number;
  /** The current rows as they are compared: with the model's outputs where the baseline has them. */
  current: Frame;
  compare(window: Frame): Promise<ComparedParts & Partial<ComparedProfile>>;
  multivariate(window: Frame): Promise<MultivariateDrift>;
}

/** Compares and judges by a request alone; nothing else of a deployment or a run enters. */
export async function makeDriftReport(context: ToolContext, request: DriftRequest): Promise<DriftReport> {
  const rows = await loadFrame(context, request.current);
  const baseline = await loadBaseline(context, request, rows);
  const { current } = baseline;
  const periods = request.timeColumn === null ? [] : periodsOf(current, request.timeColumn);
  const judge = async (frame: Frame) => {
    const compared = await baseline.compare(frame);
    return { compared, verdict: judgeDrift(compared.columns, request.limit), frame };
  };
  const timeline: TimelineEntry[] = [];
  let newest: Awaited<ReturnType<typeof judge>> | undefined;
  for (const { name, rows: indices } of periods) {
    newest = await judge(selectRows(current, indices));
    const { verdict, maxPsi, column } = newest.verdict;
    timeline.push({
      period: name,
      rows: indices.length,
      verdict,
      largestPsi: maxPsi,
      largestPsiColumn: maxPsi > 0 ? column : null,
    });
  }
  const { compared, verdict, frame } = newest ?? (await judge(current));
  const windows =
    periods.length > 0
      ? periods
      : [{ name: "all rows", rows: Array.from({ length: current.rowCount }, (_, row) => row) }];
  return {
    verdict,
    compared: { columns: compared.columns, skipped: compared.skipped },
    findings: compared.findings ?? [],
    precision: compared.precision ?? null,
    multivariate: request.isMultivariate ? await baseline.multivariate(frame) : null,
    timeline,
    states: holdStates(
      timeline.map((entry) => ({
        name: entry.period,
        state: entry.verdict,
        isConfident: Math.min(entry.rows, baseline.rows) >= request.minimumRows,
      })),
      { order: STATES, initial: "stable", holdFor: request.holdFor },
    ),
    windows: windows.map(({ name, rows: indices }) => ({
      name,
      rows: indices.length,
      fingerprint: fingerprintIndices(indices),
    })),
    comparedPeriod: periods.at(-1)?.name ?? null,
    baselineRows: baseline.rows,
    currentRows: frame.rowCount,
    rule: driftRule(request.limit),
    psiRule: PSI_RULE,
    windowRule: WINDOW_RULE,
    notes: [
      ...sampleNotes(Math.min(baseline.rows, frame.rowCount), request.minimumRows),
      ...timeNotes(current, periods),
    ],
  };
}

async function loadBaseline(context: ToolContext, request: DriftRequest, rows: Frame): Promise<Baseline> {
  const { baseline } = request;
  return baseline.kind === "rows"
    ? rowBaseline(context, { ...request, baseline }, rows)
    : profileBaseline(context, { ...request, baseline }, rows);
}

type RequestOf<Kind extends DriftRequest["baseline"]["kind"]> = DriftRequest & {
  baseline: Extract<DriftRequest["baseline"], { kind: Kind }>;
};

async function rowBaseline(
  context: ToolContext,
  { baseline, target, timeColumn, seed }: RequestOf<"rows">,
  rows: Frame,
): Promise<Baseline> {
  const older = await loadFrame(context, baseline.reference);
  checkColumns(older, { target });
  const names = [...suggestFeatures(older, target).features, target].filter((name) => name !== timeColumn);
  const model = baseline.model === null ? null : await loadModel(context, baseline.model);
  const left = model === null ? { frame: older, outputs: [] } : await withModelOutputs(context, model, older);
  const right = model === null ? { frame: rows } : await withModelOutputs(context, model, rows);
  const columns = [...names, ...left.outputs];
  return {
    rows: older.rowCount,
    current: right.frame,
    compare: (current) => compareParts(context, { reference: left.frame, current, columns }),
    multivariate: (current) =>
      runTask(context, "multivariate-drift", {
        reference: left.frame,
        current,
        options: { columns: names, seed },
      }),
  };
}

async function profileBaseline(
  context: ToolContext,
  { baseline, timeColumn, seed }: RequestOf<"profile">,
  rows: Frame,
): Promise<Baseline> {
  const stored = await loadProfile(context, baseline.profile);
  const compared = stored.compared.filter((name) => name !== timeColumn);
  const right =
    stored.model === null
      ? { frame: rows }
      : await withModelOutputs(context, await loadModel(context, stored.model), rows);
  const outputs = new Set(stored.outputs);
  return {
    rows: stored.profile.rowCount,
    current: right.frame,
    compare: (current) => compareWithProfile(context, { ...stored, compared }, current),
    // A profile knows each column by itself; columns together need the rows it was made of.
    multivariate: async (current) =>
      runTask(context, "multivariate-drift", {
        reference: await loadFrame(context, stored.dataset),
        current,
        options: { columns: compared.filter((name) => !outputs.has(name)), seed },
      }),
  };
}

function periodsOf(current: Frame, time: string): Period[] {
  const column = inEngine(() => getColumn(current, time));
  if (column.kind === "date" || column.kind === "numeric") return timePeriods(column);
  throw new FailureError(
    failure(
      "invalid-input",
      `the time column ${time} is ${column.kind} in the newer data, which puts no order on rows; name a column of dates or numbers, or leave the time column out`,
      { details: { column: time } },
    ),
  );
}

function sampleNotes(rows: number, minimumRows: number): string[] {
  return rows >= minimumRows
    ? []
    : [
        `one side has only ${rows} rows, so only large shifts could be seen; compare again when there are more`,
      ];
}

function timeNotes(current: Frame, periods: readonly Period[]): string[] {
  if (periods.length === 0) return [];
  const timed = periods.reduce((sum, { rows }) => sum + rows.length, 0);
  return timed === current.rowCount
    ? []
    : [`${current.rowCount - timed} rows of the newer data lie in no period shown`];
}
