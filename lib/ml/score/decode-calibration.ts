import { assertNever } from "./assert-never.ts";
import type { Calibration, IsotonicCurve, PlattLine } from "./calibration.ts";
import {
  badNode,
  readKind,
  readList,
  readNumber,
  readObject,
  readOneOf,
  type JsonNode,
} from "./json-node.ts";

/** Reads and checks the calibration of a model with `outputs` probabilities. */
export function readCalibration(node: JsonNode, outputs: number): Calibration {
  const kind = readKind(node, ["platt", "isotonic", "temperature"]);
  switch (kind) {
    case "platt": {
      const { input, lines } = readObject(node, ["kind", "input", "lines"]);
      return {
        kind,
        input: readOneOf(input, ["log-odds", "probability"]),
        lines: readPerOutput(lines, outputs, readLine),
      };
    }
    case "isotonic": {
      const { curves } = readObject(node, ["kind", "curves"]);
      return { kind, curves: readPerOutput(curves, outputs, readCurve) };
    }
    case "temperature": {
      const { temperature } = readObject(node, ["kind", "temperature"]);
      return { kind, temperature: readPositive(temperature) };
    }
    default:
      return assertNever(kind);
  }
}

function readPerOutput<Item>(node: JsonNode, outputs: number, read: (item: JsonNode) => Item): Item[] {
  const items = readList(node, read);
  if (items.length !== outputs) throw badNode(node, `${outputs} entries are expected, one per output`);
  return items;
}

function readLine(node: JsonNode): PlattLine {
  const { slope, intercept } = readObject(node, ["slope", "intercept"]);
  return { slope: readPositive(slope), intercept: readNumber(intercept) };
}

function readCurve(node: JsonNode): IsotonicCurve {
  const fields = readObject(node, ["inputs", "outputs"]);
  const inputs = readList(fields.inputs, readNumber);
  const outputs = readList(fields.outputs, readNumber);
  if (inputs.length === 0 || outputs.length !== inputs.length) {
    throw badNode(node, "as many outputs as inputs are expected, and at least one");
  }
  if (inputs.some((value, index) => index > 0 && !(value > inputs[index - 1]!))) {
    throw badNode(fields.inputs, "rising numbers are expected");
  }
  const isRising = outputs.every((value, index) => index === 0 || value >= outputs[index - 1]!);
  if (!isRising || outputs.some((value) => value < 0 || value > 1)) {
    throw badNode(fields.outputs, "probabilities that never fall are expected");
  }
  return { inputs, outputs };
}

function readPositive(node: JsonNode): number {
  const value = readNumber(node);
  if (!(value > 0)) throw badNode(node, "a number above 0 is expected");
  return value;
}
