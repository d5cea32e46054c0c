import type { Estimator, LinearEstimator, TreeEnsemble } from "../score/estimator.ts";

/**
 * One estimator whose margins are the mean of the members' margins: trees with scaled leaves, or a linear model with mean
 * coefficients; members that predict a constant only move it. Null for members that have no common form.
 */
export function averageEstimators(members: readonly Estimator[]): Estimator | null {
  const share = 1 / members.length;
  const constants = members.filter((member) => member.kind === "constant");
  const trees = members.filter((member) => member.kind === "tree-ensemble");
  const linear = members.filter((member) => member.kind === "linear");
  const offset = (output: number): number =>
    constants.reduce((sum, { margins }) => sum + share * (margins[output] ?? 0), 0);
  const [first] = trees;
  if (first !== undefined && trees.length + constants.length === members.length) {
    if (trees.some((member) => !isAlike(member, first))) return null;
    return {
      ...first,
      base: first.base.map((_, output) =>
        trees.reduce((sum, { base }) => sum + share * base[output]!, offset(output)),
      ),
      trees: trees.flatMap((member) =>
        member.trees.map((tree) => ({ ...tree, value: tree.value.map((value) => value * share) })),
      ),
    };
  }
  const [line] = linear;
  if (line === undefined || linear.length + constants.length !== members.length) return null;
  return averageLines(line, linear, { share, offset });
}

function isAlike(member: TreeEnsemble, first: TreeEnsemble): boolean {
  return (
    member.outputs === first.outputs &&
    member.link === first.link &&
    member.inputPrecision === first.inputPrecision
  );
}

interface Averaging {
  readonly share: number;
  readonly offset: (output: number) => number;
}

function averageLines(
  first: LinearEstimator,
  members: readonly LinearEstimator[],
  { share, offset }: Averaging,
): LinearEstimator {
  return {
    ...first,
    outputs: first.outputs.map((line, output) => ({
      intercept: members.reduce(
        (sum, { outputs }) => sum + share * outputs[output]!.intercept,
        offset(output),
      ),
      terms: line.terms.map((term, column) =>
        term.map((_, level) =>
          members.reduce((sum, { outputs }) => sum + share * outputs[output]!.terms[column]![level]!, 0),
        ),
      ),
    })),
  };
}
