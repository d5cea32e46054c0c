import { assertNever } from "./assert-never.ts";
import { DATE_UNITS, type Engineering, type EngineeringStep } from "./engineering.ts";
import {
  badNode,
  readInteger,
  readKind,
  readList,
  readNullable,
  readNumber,
  readObject,
  readOneOf,
  readString,
  type JsonNode,
} from "./json-node.ts";

const KINDS = [
  "date-part",
  "cyclic",
  "signed-log",
  "signed-sqrt",
  "yeo-johnson",
  "bins",
  "ratio",
  "product",
  "difference",
  "sum",
  "frequency",
  "target-mean",
  "rare",
  "interaction",
  "decorrelate",
] as const;

/** The fitted steps of a model file or of a kept pipeline. */
export function readEngineering(node: JsonNode): Engineering {
  const { steps } = readObject(node, ["steps"]);
  return { steps: readList(steps, readStep) };
}

function readStep(node: JsonNode): EngineeringStep {
  const kind = readKind(node, KINDS);
  const base = ["kind", "sources", "outputs"] as const;
  switch (kind) {
    case "date-part": {
      const fields = readObject(node, [...base, "part"]);
      return { kind, ...readNames(fields, [1, 1]), part: readOneOf(fields.part, DATE_UNITS) };
    }
    case "cyclic": {
      const fields = readObject(node, [...base, "part", "period"]);
      const period = readNumber(fields.period);
      if (!(period > 0)) throw badNode(fields.period, "a period above 0 is expected");
      const part = readNullable(fields.part, (unit) => readOneOf(unit, DATE_UNITS));
      return { kind, ...readNames(fields, [1, 2]), part, period };
    }
    case "signed-log":
    case "signed-sqrt":
      return { kind, ...readNames(readObject(node, base), [1, 1]) };
    case "yeo-johnson": {
      const fields = readObject(node, [...base, "lambda"]);
      return { kind, ...readNames(fields, [1, 1]), lambda: readNumber(fields.lambda) };
    }
    case "bins": {
      const fields = readObject(node, [...base, "edges"]);
      const edges = readList(fields.edges, readNumber);
      if (edges.some((edge, index) => index > 0 && !(edge > edges[index - 1]!))) {
        throw badNode(fields.edges, "ascending edges are expected");
      }
      return { kind, ...readNames(fields, [1, 1]), edges };
    }
    case "ratio":
    case "product":
    case "difference":
    case "sum":
    case "interaction":
      return { kind, ...readNames(readObject(node, base), [2, 1]) };
    case "frequency": {
      const fields = readObject(node, [...base, "keys", "values"]);
      const keys = readList(fields.keys, readString);
      return { kind, ...readNames(fields, [null, 1]), keys, values: readNumbers(fields.values, keys.length) };
    }
    case "target-mean": {
      const fields = readObject(node, [...base, "keys", "means", "priors"]);
      const names = readNames(fields, [null, null]);
      const keys = readList(fields.keys, readString);
      const means = readList(fields.means, (list) => readNumbers(list, keys.length));
      if (means.length !== names.outputs.length)
        throw badNode(fields.means, "one list per output is expected");
      return { kind, ...names, keys, means, priors: readNumbers(fields.priors, names.outputs.length) };
    }
    case "rare": {
      const fields = readObject(node, [...base, "kept"]);
      return { kind, ...readNames(fields, [1, 1]), kept: readList(fields.kept, readString) };
    }
    case "decorrelate":
      return readDecorrelate(readObject(node, [...base, "levels", "terms", "coefficients"]));
    default:
      return assertNever(kind);
  }
}

function readDecorrelate(
  fields: Readonly<Record<"sources" | "outputs" | "levels" | "terms" | "coefficients", JsonNode>>,
): EngineeringStep {
  const names = readNames(fields, [null, null]);
  const levels = readList(fields.levels, (level) => readNullable(level, readString));
  if (levels.length !== names.outputs.length)
    throw badNode(fields.levels, "one level per output is expected");
  const terms = readList(fields.terms, (term) => {
    const { source, category, mean } = readObject(term, ["source", "category", "mean"]);
    const place = readInteger(source, 1);
    if (place >= names.sources.length) throw badNode(source, "a place among the sources is expected");
    return { source: place, category: readNullable(category, readString), mean: readNumber(mean) };
  });
  const coefficients = readList(fields.coefficients, (list) => readNumbers(list, terms.length));
  if (coefficients.length !== names.outputs.length) {
    throw badNode(fields.coefficients, "one list per output is expected");
  }
  return { kind: "decorrelate", ...names, levels, terms, coefficients };
}

function readNames(
  fields: { readonly sources: JsonNode; readonly outputs: JsonNode },
  [sourceCount, outputCount]: readonly [number | null, number | null],
) {
  const read = (node: JsonNode, count: number | null): string[] => {
    const names = readList(node, readString);
    if (names.length === 0 || (count !== null && names.length !== count)) {
      throw badNode(node, `${count ?? "at least 1"} names are expected`);
    }
    return names;
  };
  return { sources: read(fields.sources, sourceCount), outputs: read(fields.outputs, outputCount) };
}

function readNumbers(node: JsonNode, count: number): number[] {
  const numbers = readList(node, readNumber);
  if (numbers.length !== count) throw badNode(node, `${count} numbers are expected`);
  return numbers;
}
