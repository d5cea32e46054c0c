/** A tensor of constants. `dims` of [] is a scalar. */
export type OnnxTensor = { readonly dims: readonly number[] } & (
  | { readonly type: "double"; readonly values: readonly number[] }
  | { readonly type: "int64"; readonly values: readonly number[] }
  | { readonly type: "uint8"; readonly values: readonly number[] }
  | { readonly type: "string"; readonly values: readonly string[] }
);

export type OnnxAttribute = number | string | readonly number[] | OnnxTensor;

export interface OnnxNode {
  readonly operator: string;
  /** The operator set: "" for ONNX itself, `ai.onnx.ml` for its machine learning part. */
  readonly domain: "" | "ai.onnx.ml";
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

/** An input or output of the graph; null stands for the number of rows, known only when it runs. */
export interface OnnxValue {
  readonly name: string;
  readonly type: "double" | "string";
  readonly shape: readonly (number | null)[];
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly { readonly name: string; readonly tensor: OnnxTensor }[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

/** Grows a graph; the functions give the name of the value that they add. */
export interface GraphBuilder {
  input(value: OnnxValue): void;
  constant(tensor: OnnxTensor): string;
  /** A constant of one number that broadcasts against anything. */
  number(value: number): string;
  node(operator: string, inputs: readonly string[], attributes?: OnnxNode["attributes"]): string;
  /** The same, from the machine learning operators. */
  learnedNode(operator: string, inputs: readonly string[], attributes: OnnxNode["attributes"]): string;
  /** Makes a value an output under a name, or that name with a number where an input has it. Gives the name used. */
  output(from: string, value: OnnxValue): string;
  finish(name: string): OnnxGraph;
}

export function createGraphBuilder(): GraphBuilder {
  const nodes: OnnxNode[] = [];
  const constants: { name: string; tensor: OnnxTensor }[] = [];
  const inputs: OnnxValue[] = [];
  const outputs: OnnxValue[] = [];
  const taken = new Set<string>();
  const fresh = (stem: string): string => {
    let name = stem;
    for (let number = 2; taken.has(name); number++) name = `${stem}_${number}`;
    taken.add(name);
    return name;
  };
  const constant = (tensor: OnnxTensor): string => {
    const name = fresh(`constant/${constants.length}`);
    constants.push({ name, tensor });
    return name;
  };
  const add = (node: Omit<OnnxNode, "outputs">): string => {
    const name = fresh(`${node.operator}/${nodes.length}`);
    nodes.push({ ...node, outputs: [name] });
    return name;
  };
  return {
    input(value) {
      inputs.push(value);
      taken.add(value.name);
    },
    constant,
    number: (value) => constant({ type: "double", dims: [], values: [value] }),
    node: (operator, from, attributes = {}) => add({ operator, domain: "", inputs: from, attributes }),
    learnedNode: (operator, from, attributes) =>
      add({ operator, domain: "ai.onnx.ml", inputs: from, attributes }),
    output(from, value) {
      const name = fresh(value.name);
      outputs.push({ ...value, name });
      nodes.push({ operator: "Identity", domain: "", inputs: [from], outputs: [name], attributes: {} });
      return name;
    },
    finish: (name) => ({ name, nodes, constants, inputs, outputs }),
  };
}
