import { RequestFault } from "./answer.ts";
import { isObject, refuseUnknownMembers, shorten } from "./read-json.ts";

const INTEGERS = ["INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64"];
const FLOATS = ["FP16", "FP32", "FP64"];

/** A column that came as a tensor of the Open Inference Protocol, one value per row. */
export interface InputTensor {
  name: string;
  values: unknown[];
}

/**
 * Reads one input tensor: shape `[n]` or `[n, 1]`, data flat or nested, null for a missing value. Every value is
 * held against the tensor's datatype.
 * @throws RequestFault 400 naming the tensor.
 */
export function readInputTensor(value: unknown, index: number): InputTensor {
  if (!isObject(value)) throw new RequestFault(400, `inputs[${index}] is not a tensor object.`);
  const { name, shape, datatype, data } = value;
  if (typeof name !== "string" || name === "") {
    throw new RequestFault(400, `inputs[${index}] has no name.`, "name");
  }
  const title = `Input "${shorten(name)}"`;
  refuseUnknownMembers(value, ["name", "shape", "datatype", "parameters", "data"]);
  const check = typeof datatype === "string" ? checkOf(datatype) : undefined;
  if (check === undefined) {
    const known = ["BOOL", "BYTES", ...FLOATS, ...INTEGERS].join(", ");
    throw new RequestFault(400, `${title}: the datatype must be one of ${known}.`, name);
  }
  const rows = rowsOf(shape);
  if (rows === undefined) {
    throw new RequestFault(400, `${title}: the shape must be [rows] or [rows, 1].`, name);
  }
  if (!Array.isArray(data)) throw new RequestFault(400, `${title}: "data" must be a list.`, name);
  const values: unknown[] = data.flatMap((item: unknown) =>
    Array.isArray(item) ? (item as unknown[]) : [item],
  );
  if (values.length !== rows) {
    throw new RequestFault(
      400,
      `${title}: the shape says ${rows} values, "data" holds ${values.length}.`,
      name,
    );
  }
  const wrong = values.findIndex((item) => item !== null && !check(item));
  if (wrong >= 0) {
    throw new RequestFault(400, `${title}: value ${wrong} is no ${String(datatype)}.`, name);
  }
  return { name, values };
}

function rowsOf(shape: unknown): number | undefined {
  if (!Array.isArray(shape) || shape.length < 1 || shape.length > 2) return undefined;
  const [rows, width] = shape as unknown[];
  if (width !== undefined && width !== 1) return undefined;
  return typeof rows === "number" && Number.isSafeInteger(rows) && rows >= 0 ? rows : undefined;
}

function checkOf(datatype: string): ((value: unknown) => boolean) | undefined {
  if (datatype === "BOOL") return (value) => typeof value === "boolean";
  if (datatype === "BYTES") return (value) => typeof value === "string";
  if (FLOATS.includes(datatype)) return (value) => typeof value === "number";
  if (INTEGERS.includes(datatype)) {
    const isUnsigned = datatype.startsWith("U");
    return (value) => typeof value === "number" && Number.isInteger(value) && (!isUnsigned || value >= 0);
  }
  return undefined;
}
