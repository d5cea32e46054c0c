import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { failure } from "#core/contract/failure.ts";
import { defineTool } from "#core/contract/tool-definition.ts";
import { digestOf } from "../engine/artifacts.ts";
import { driftBody } from "./drift-body.ts";
import { DriftRequest } from "./drift-request.ts";
import { ALPHA } from "./drift-rule.ts";
import { makeDriftReport } from "./make-drift-report.ts";

const StoredReport = z.looseObject({
  request: DriftRequest,
  limitNotes: z.array(z.string()),
  verdict: z.string(),
});

/** Differing parts named in the answer. */
const MOST_DIFFERENCES = 20;

export const recomputeDrift = defineTool({
  name: "recompute_drift",
  group: "evaluation",
  description:
    "Compute a past drift report again from the inputs stored with it (baseline, windows, minimum samples, limits, seed) and say whether every number and the verdict are the same. Differences mean that the report was changed or made by another version.",
  input: z.strictObject({ report: digestOf("a drift.json that detect_drift kept") }),
  output: z.strictObject({
    same: z.boolean(),
    verdict: z.string().describe("as computed now"),
    storedVerdict: z.string(),
    differences: z.array(z.string()).describe("parts of the report that differ, up to 20"),
  }),
  example: { report: "sample:drift-report" },
  effect: "read",
  repeat: "safe",
  parallel: true,
  timeoutMs: 1_800_000,
  async run(input, context) {
    const stored = StoredReport.safeParse(await context.artifacts.readJson(input.report));
    if (!stored.success) {
      return {
        ok: false,
        failure: failure(
          "invalid-input",
          "the artifact is no drift report that holds what it was made from; give the digest of a drift.json of this version",
        ),
      };
    }
    const { request, limitNotes, verdict } = stored.data;
    if (request.alpha !== ALPHA) {
      return {
        ok: false,
        failure: failure(
          "invalid-input",
          `the report was judged with alpha ${request.alpha}, this version judges with ${ALPHA}; compare with the version that made it`,
        ),
      };
    }
    const report = await makeDriftReport(context, request);
    // What JSON cannot hold becomes null on the way into the store, so both sides have to take that way.
    const now: unknown = JSON.parse(JSON.stringify(driftBody(request, report, limitNotes)));
    const differences = differencesOf(stored.data, now, "");
    return {
      ok: true,
      output: {
        same: differences.length === 0,
        verdict: report.verdict.verdict,
        storedVerdict: verdict,
        differences: differences.slice(0, MOST_DIFFERENCES),
      },
    };
  },
});

/** The paths at which two JSON values differ. */
function differencesOf(left: unknown, right: unknown, path: string): string[] {
  if (isDeepStrictEqual(left, right)) return [];
  if (!isHolder(left) || !isHolder(right)) return [path];
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].flatMap((key) =>
    differencesOf(left[key], right[key], path === "" ? key : `${path}.${key}`),
  );
}

function isHolder(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
