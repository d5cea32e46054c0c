import { FailureError, failure } from "#core/contract/failure.ts";
import type { ToolContext } from "#core/contract/tool-definition.ts";
import type { EngineeringPlan } from "#lib/ml/index.ts";
import { loadPipeline, planOf } from "../data/feature-pipeline.ts";

/** What a kept pipeline adds to a training. */
export interface EngineeredFeatures {
  /** Undefined without a pipeline. */
  plan: EngineeringPlan | undefined;
  /** The made columns to learn from. */
  features: string[];
  /** The raw columns that the call asks for; undefined when it leaves the choice. */
  rawFeatures: string[] | undefined;
}

/**
 * The plan of a pipeline, which training fits again on its own rows, and the made columns that may be learnt from.
 * @throws FailureError invalid-input for another target's pipeline or a made column that reads what is withheld.
 */
export async function engineeredFeatures(
  context: ToolContext,
  about: {
    pipeline: string | undefined;
    target: string;
    features: readonly string[] | undefined;
    withheld: readonly string[];
  },
): Promise<EngineeredFeatures> {
  const { features } = about;
  if (about.pipeline === undefined) {
    return { plan: undefined, features: [], rawFeatures: features === undefined ? undefined : [...features] };
  }
  const { target, plan, outputs } = await loadPipeline(context, about.pipeline);
  if (target !== about.target) {
    throw new FailureError(
      failure(
        "invalid-input",
        `the pipeline was made for the target ${target}, not for ${about.target}; call engineer_features again`,
      ),
    );
  }
  const chosen = outputs.filter(({ name }) => features === undefined || features.includes(name));
  for (const { name, raw } of chosen) {
    const source = raw.find((one) => about.withheld.includes(one));
    if (source === undefined) continue;
    throw new FailureError(
      failure("invalid-input", `${name} is made of ${source}, which is protected; engineer without it`, {
        details: { column: source },
      }),
    );
  }
  return {
    plan: planOf(plan.steps, plan.seed),
    features: chosen.map(({ name }) => name),
    rawFeatures: features?.filter((name) => !outputs.some((output) => output.name === name)),
  };
}
