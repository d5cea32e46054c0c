import { FailureError, failure } from "#core/contract/failure.ts";
import type { ToolContext } from "#core/contract/tool-definition.ts";
import { SplitFact } from "../facts.ts";

/**
 * Refuses the run's test part where something is fitted or chosen by the rows: what has seen them cannot be judged on
 * them. `parts` names the digests by what the call gives them for.
 * @throws FailureError invalid-input
 */
export function refuseTestPart(
  { run }: Pick<ToolContext, "run">,
  parts: Readonly<Record<string, string>>,
): void {
  const split = SplitFact.safeParse(run?.facts["split"]);
  const tests = new Set([
    ...(split.success ? [split.data.test] : []),
    ...(run?.artifacts ?? []).filter(({ name }) => name === "data/test.parquet").map(({ sha256 }) => sha256),
  ]);
  const wrong = Object.entries(parts).find(([, digest]) => tests.has(digest));
  if (wrong === undefined) return;
  throw new FailureError(
    failure(
      "invalid-input",
      `${wrong[0]} is the run's test part, which is for judging the finished model alone; give the training or the validation part`,
      { details: { part: wrong[0] } },
    ),
  );
}
