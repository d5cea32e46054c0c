import type { ParameterValue } from "../learn/fit-estimator.ts";
import { BOOSTING_DEFAULTS } from "../learn/boosting/boosting-parameters.ts";
import type { TrialRequest } from "./judge-point.ts";

/** The hyperparameter that says how long an algorithm works, with its default. */
const LENGTHS: Readonly<Record<string, { readonly name: string; readonly full: number }>> = {
  "gradient-boosting": { name: "rounds", full: BOOSTING_DEFAULTS.rounds },
  "random-forest": { name: "trees", full: 100 },
  "extra-trees": { name: "trees", full: 100 },
};

/** A learner that goes in rounds is given a share of them; any other a share of the training rows. */
export function resourceOf(
  algorithm: string,
  parameters: Readonly<Record<string, ParameterValue>>,
): (share: number) => Pick<TrialRequest, "shortened" | "rowShare"> {
  const length = Object.hasOwn(LENGTHS, algorithm) ? LENGTHS[algorithm] : undefined;
  return (share) => {
    if (share >= 1) return {};
    if (length === undefined) return { rowShare: share };
    const given = parameters[length.name];
    const full = typeof given === "number" ? given : length.full;
    return { shortened: { [length.name]: Math.max(1, Math.round(full * share)) } };
  };
}
