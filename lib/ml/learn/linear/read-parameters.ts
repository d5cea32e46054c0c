import { requireInRange, type ParameterRange } from "../../parameter-range.ts";
import { MlError } from "../../score/ml-error.ts";
import type { ParameterValue } from "../fit-estimator.ts";

interface NumberRule extends ParameterRange {
  readonly default: number;
}

interface ChoiceRule {
  readonly default: string;
  readonly choices: readonly string[];
}

export type ParameterRule = NumberRule | ChoiceRule;

type ReadParameters<Rules extends Readonly<Record<string, ParameterRule>>> = {
  readonly [Name in keyof Rules]: Rules[Name] extends ChoiceRule ? Rules[Name]["choices"][number] : number;
};

/**
 * All parameters of an algorithm by its rules: the given value, or the default where it is absent or null.
 * @throws MlError bad-argument naming an unknown parameter, or one of the wrong type, range or choice.
 */
export function readParameters<const Rules extends Readonly<Record<string, ParameterRule>>>(
  given: Readonly<Record<string, ParameterValue>>,
  rules: Rules,
): ReadParameters<Rules> {
  const known = Object.keys(rules);
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const list = known.length === 0 ? "It has none." : `It has: ${known.join(", ")}.`;
    throw badParameter(unknown, `This algorithm has no parameter "${unknown}". ${list}`);
  }
  const values = Object.entries(rules).map(([name, rule]) => [
    name,
    readOne(name, given[name] ?? null, rule),
  ]);
  // Every rule gave a value of the type that it states.
  return Object.fromEntries(values) as ReadParameters<Rules>;
}

function readOne(name: string, value: ParameterValue, rule: ParameterRule): number | string {
  if (value === null) return rule.default;
  if ("choices" in rule) {
    if (typeof value === "string" && rule.choices.includes(value)) return value;
    throw badParameter(
      name,
      `Parameter "${name}" is ${JSON.stringify(value)}; it takes one of ${rule.choices.join(", ")}.`,
    );
  }
  if (typeof value !== "number") {
    throw badParameter(name, `Parameter "${name}" is ${JSON.stringify(value)}; it takes a number.`);
  }
  requireInRange(name, value, rule);
  return value;
}

function badParameter(name: string, message: string): MlError {
  return new MlError("bad-argument", message, { details: { parameter: name } });
}
