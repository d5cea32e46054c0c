import { readTreeEnsemble } from "../../score/decode-estimator.ts";
import { badNode, readInteger, readList, readObject, readOneOf, readString } from "../../score/json-node.ts";
import { MlError } from "../../score/ml-error.ts";
import { ISOLATION_FORMAT, type IsolationForest } from "./isolation-forest.ts";

/** Writes an isolation forest as UTF-8 JSON, ending in a line feed. The same forest always gives the same bytes. */
export function encodeIsolationForest(forest: IsolationForest): Uint8Array {
  // Reading back what was written checks the forest, and gives all keys the reader's order.
  const checked = decodeIsolationForest(JSON.stringify(forest));
  return new TextEncoder().encode(`${JSON.stringify(checked)}\n`);
}

/**
 * Reads what encodeIsolationForest wrote, and checks every part of it.
 * @throws MlError bad-model with the path of the first fault.
 */
export function decodeIsolationForest(file: Uint8Array | string): IsolationForest {
  const root = { value: parse(file), path: "" };
  const fields = readObject(root, ["format", "columns", "sampleSize", "ensemble"]);
  const format = readOneOf(fields.format, [ISOLATION_FORMAT]);
  const columns = readList(fields.columns, readString);
  const ensemble = readTreeEnsemble(fields.ensemble, columns.length);
  if (ensemble.outputs !== 1 || ensemble.link !== "identity") {
    throw badNode(fields.ensemble, "one output and link identity are expected");
  }
  return { format, columns, sampleSize: readInteger(fields.sampleSize, 1), ensemble };
}

function parse(file: Uint8Array | string): unknown {
  try {
    return JSON.parse(
      typeof file === "string" ? file : new TextDecoder("utf-8", { fatal: true }).decode(file),
    );
  } catch (cause) {
    throw new MlError(
      "bad-model",
      "The isolation forest is no JSON text. It was cut off or is another file.",
      {
        cause,
      },
    );
  }
}
