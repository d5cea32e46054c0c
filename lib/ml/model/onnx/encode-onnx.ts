import { PbfWriter } from "pbf";
import type { OnnxAttribute, OnnxGraph, OnnxNode, OnnxTensor, OnnxValue } from "./onnx-graph.ts";

/** Versions that the file asks for; ONNX Runtime 1.21 and later run all of them. */
const IR_VERSION = 10;
export const OPERATOR_SETS = [
  { domain: "", version: 21 },
  { domain: "ai.onnx.ml", version: 5 },
] as const;

const ELEMENT_TYPES = { uint8: 2, int64: 7, string: 8, double: 11 } as const;
const ATTRIBUTE_TYPES = { int: 2, string: 3, tensor: 4, ints: 7 } as const;

/**
 * Writes a graph as an ONNX model: protocol buffers by onnx.proto3 of ONNX 1.16 (IR version 10). The same graph gives the
 * same bytes.
 */
export function encodeOnnx(graph: OnnxGraph, metadata: Readonly<Record<string, string>>): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeVarintField(1, IR_VERSION);
  pbf.writeStringField(2, "swarm");
  pbf.writeMessage(7, writeGraph, graph);
  for (const { domain, version } of OPERATOR_SETS) {
    pbf.writeMessage(
      8,
      (_, inner) => {
        inner.writeStringField(1, domain);
        inner.writeVarintField(2, version);
      },
      null,
    );
  }
  for (const entry of Object.entries(metadata)) {
    pbf.writeMessage(
      14,
      ([key, value], inner) => {
        inner.writeStringField(1, key);
        inner.writeStringField(2, value);
      },
      entry,
    );
  }
  return pbf.finish();
}

function writeGraph(graph: OnnxGraph, pbf: PbfWriter): void {
  for (const [index, node] of graph.nodes.entries()) pbf.writeMessage(1, writeNode, { node, index });
  pbf.writeStringField(2, graph.name);
  for (const constant of graph.constants) {
    pbf.writeMessage(
      5,
      (tensor, inner) => {
        writeTensor(tensor, inner);
        inner.writeStringField(8, constant.name);
      },
      constant.tensor,
    );
  }
  for (const input of graph.inputs) pbf.writeMessage(11, writeValue, input);
  for (const output of graph.outputs) pbf.writeMessage(12, writeValue, output);
}

function writeNode({ node, index }: { node: OnnxNode; index: number }, pbf: PbfWriter): void {
  for (const input of node.inputs) pbf.writeStringField(1, input);
  for (const output of node.outputs) pbf.writeStringField(2, output);
  pbf.writeStringField(3, `${index}`);
  pbf.writeStringField(4, node.operator);
  for (const attribute of Object.entries(node.attributes)) pbf.writeMessage(5, writeAttribute, attribute);
  if (node.domain !== "") pbf.writeStringField(7, node.domain);
}

function writeAttribute([name, value]: readonly [string, OnnxAttribute], pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  if (typeof value === "number") {
    pbf.writeVarintField(3, value);
    pbf.writeVarintField(20, ATTRIBUTE_TYPES.int);
  } else if (typeof value === "string") {
    pbf.writeStringField(4, value);
    pbf.writeVarintField(20, ATTRIBUTE_TYPES.string);
  } else if ("dims" in value) {
    pbf.writeMessage(5, writeTensor, value);
    pbf.writeVarintField(20, ATTRIBUTE_TYPES.tensor);
  } else {
    for (const item of value) pbf.writeVarintField(8, item);
    pbf.writeVarintField(20, ATTRIBUTE_TYPES.ints);
  }
}

function writeTensor(tensor: OnnxTensor, pbf: PbfWriter): void {
  for (const size of tensor.dims) pbf.writeVarintField(1, size);
  pbf.writeVarintField(2, ELEMENT_TYPES[tensor.type]);
  switch (tensor.type) {
    case "double":
      pbf.writePackedDouble(10, [...tensor.values]);
      break;
    case "int64":
      pbf.writePackedVarint(7, [...tensor.values]);
      break;
    case "uint8":
      pbf.writePackedVarint(5, [...tensor.values]);
      break;
    case "string":
      for (const text of tensor.values) pbf.writeStringField(6, text);
      break;
    default:
      tensor satisfies never;
  }
}

function writeValue(value: OnnxValue, pbf: PbfWriter): void {
  pbf.writeStringField(1, value.name);
  pbf.writeMessage(
    2,
    (_, type) => {
      type.writeMessage(
        1,
        (__, tensor) => {
          tensor.writeVarintField(1, ELEMENT_TYPES[value.type]);
          tensor.writeMessage(
            2,
            (shape, inner) => {
              for (const size of shape) {
                inner.writeMessage(
                  1,
                  (one, dimension) => {
                    if (one === null) dimension.writeStringField(2, "rows");
                    else dimension.writeVarintField(1, one);
                  },
                  size,
                );
              }
            },
            value.shape,
          );
        },
        null,
      );
    },
    null,
  );
}
