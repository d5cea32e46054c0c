import { PbfReader } from "pbf";
import { MlError } from "../../score/ml-error.ts";

/** What an ONNX file consists of. */
export interface OnnxOutline {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Operators by name, sorted, each once. */
  readonly operators: readonly string[];
  readonly nodes: number;
}

/**
 * Reads an ONNX file back and checks its structure: every node takes only what inputs, constants and earlier nodes give,
 * no value is given twice, and every output of the graph is given. It runs nothing: whether the numbers are right only
 * an ONNX runtime shows.
 * @throws MlError bad-model naming the fault.
 */
export function checkOnnx(bytes: Uint8Array): OnnxOutline {
  const graph = readModel(bytes);
  const given = new Set<string>();
  const give = (name: string) => {
    if (given.has(name)) throw fault(`the value "${name}" is given twice`);
    given.add(name);
  };
  for (const name of [...graph.inputs, ...graph.constants]) give(name);
  for (const { operator, inputs, outputs } of graph.nodes) {
    const missing = inputs.find((name) => !given.has(name));
    if (missing !== undefined) throw fault(`${operator} takes "${missing}", which nothing before it gives`);
    for (const name of outputs) give(name);
  }
  const absent = graph.outputs.find((name) => !given.has(name));
  if (absent !== undefined) throw fault(`nothing gives the output "${absent}"`);
  if (graph.outputs.length === 0) throw fault("it has no output");
  return {
    inputs: graph.inputs,
    outputs: graph.outputs,
    operators: [...new Set(graph.nodes.map(({ operator }) => operator))].toSorted(),
    nodes: graph.nodes.length,
  };
}

function fault(what: string): MlError {
  return new MlError("bad-model", `The ONNX file is not valid: ${what}. Export the model again.`);
}

interface NodeOutline {
  operator: string;
  inputs: string[];
  outputs: string[];
}

interface GraphOutline {
  nodes: NodeOutline[];
  constants: string[];
  inputs: string[];
  outputs: string[];
}

function readModel(bytes: Uint8Array): GraphOutline {
  const graph: GraphOutline = { nodes: [], constants: [], inputs: [], outputs: [] };
  try {
    new PbfReader(bytes).readFields((tag, result, pbf) => {
      if (tag === 7) pbf.readMessage(readGraphField, result);
    }, graph);
  } catch (cause) {
    throw new MlError("bad-model", "The ONNX file is no protocol buffer, or was cut off. Export it again.", {
      cause,
    });
  }
  return graph;
}

function readGraphField(tag: number, graph: GraphOutline, pbf: PbfReader): void {
  if (tag === 1) {
    const node: NodeOutline = { operator: "", inputs: [], outputs: [] };
    graph.nodes.push(pbf.readMessage(readNodeField, node));
  } else if (tag === 5) graph.constants.push(readName(pbf, 8));
  else if (tag === 11) graph.inputs.push(readName(pbf, 1));
  else if (tag === 12) graph.outputs.push(readName(pbf, 1));
}

function readNodeField(tag: number, node: NodeOutline, pbf: PbfReader): void {
  if (tag === 1) node.inputs.push(pbf.readString());
  else if (tag === 2) node.outputs.push(pbf.readString());
  else if (tag === 4) node.operator = pbf.readString();
}

function readName(pbf: PbfReader, nameTag: number): string {
  return pbf.readMessage(
    (tag, result, inner) => {
      if (tag === nameTag) result.name = inner.readString();
    },
    { name: "" },
  ).name;
}
