import {
  outputCount,
  type Estimator,
  type LinearOutput,
  type Link,
  type StackEstimator,
  type StackMember,
} from "./estimator.ts";
import {
  badNode,
  readInteger,
  readList,
  readNumber,
  readObject,
  readOneOf,
  type JsonNode,
} from "./json-node.ts";
import type { Encoder } from "./preparation.ts";

type ReadEstimator = (node: JsonNode, encoders: readonly Encoder[]) => Estimator;

const STACK_LINKS: readonly Link[] = ["identity", "logit", "softmax"];

/** Reads a stack; each member is checked against the matrix columns it names, and none is a stack itself. */
export function readStack(
  node: JsonNode,
  encoders: readonly Encoder[],
  readEstimator: ReadEstimator,
): StackEstimator {
  const fields = readObject(node, ["kind", "link", "members", "combiner"]);
  const members = readList(fields.members, (item) => readMember(item, encoders, readEstimator));
  if (members.length === 0) throw badNode(fields.members, "a stack has at least one member");
  const width = members.reduce((sum, member) => sum + outputCount(member.estimator), 0);
  const combiner = readList(fields.combiner, (item) => readOutput(item, width));
  const link = readOneOf(fields.link, STACK_LINKS);
  return { kind: "stack", link, members, combiner };
}

function readMember(node: JsonNode, encoders: readonly Encoder[], readEstimator: ReadEstimator): StackMember {
  const { columns, estimator } = readObject(node, ["columns", "estimator"]);
  const places = readList(columns, (item) => {
    const place = readInteger(item, 0);
    if (place >= encoders.length) throw badNode(item, `at most ${encoders.length - 1}`);
    return place;
  });
  const own = readEstimator(
    estimator,
    places.map((place) => encoders[place]!),
  );
  if (own.kind === "stack") throw badNode(estimator, "a member that is no stack is expected");
  return { columns: places, estimator: own };
}

function readOutput(node: JsonNode, width: number): LinearOutput {
  const { intercept, terms } = readObject(node, ["intercept", "terms"]);
  const lists = readList(terms, (term) => readList(term, readNumber));
  if (lists.length !== width || lists.some((list) => list.length !== 1)) {
    throw badNode(terms, `${width} lists of one number are expected, one per prediction of a member`);
  }
  return { intercept: readNumber(intercept), terms: lists };
}
