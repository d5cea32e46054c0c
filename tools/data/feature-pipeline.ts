import { z } from "zod";
import { FailureError, failure } from "#core/contract/failure.ts";
import type { ToolContext } from "#core/contract/tool-definition.ts";
import { type EngineeringPlan, type PlannedStep } from "#lib/ml/index.ts";
import { EngineeringStepInput } from "./engineering-steps.ts";

export const PIPELINE_FORMAT = "swarm-engineering/1";

/** What of a kept pipeline a training needs; the rest is for readers. */
const FeaturePipeline = z.object({
  format: z.literal(PIPELINE_FORMAT),
  target: z.string(),
  plan: z.strictObject({ steps: z.array(EngineeringStepInput), seed: z.number() }),
  outputs: z.array(z.object({ name: z.string(), raw: z.array(z.string()) })),
});
export type FeaturePipeline = z.output<typeof FeaturePipeline>;

/**
 * Reads a pipeline that engineer_features kept.
 * @throws FailureError invalid-input when the artifact is something else.
 */
export async function loadPipeline(context: ToolContext, digest: string): Promise<FeaturePipeline> {
  const parsed = FeaturePipeline.safeParse(await readJson(context, digest));
  if (parsed.success) return parsed.data;
  throw new FailureError(
    failure(
      "invalid-input",
      `artifact ${digest.slice(0, 12)}… is no feature pipeline; give the pipeline digest that engineer_features returned`,
    ),
  );
}

async function readJson(context: ToolContext, digest: string): Promise<unknown> {
  const text = new TextDecoder().decode(await context.artifacts.read(digest));
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

/** The engine's plan; absent settings are left out, as its types want. */
export function planOf(steps: readonly EngineeringStepInput[], seed: number): EngineeringPlan {
  return {
    // Dropping undefined members is all that separates the parsed step from the engine's type.
    steps: steps.map((step) => JSON.parse(JSON.stringify(step)) as PlannedStep),
    seed,
  };
}
