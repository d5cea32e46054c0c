import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { canonicalJson } from "#core/events/canonical-json.ts";
import { sha256 } from "#core/events/hash.ts";
import type { JsonValue } from "#core/contract/json.ts";
import { hasPythonRfc8785 } from "./outside-tool.ts";

/** A small generator of its own, so that the documents are the same wherever this runs. */
function createNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const letters = [
  "a",
  "Z",
  "9",
  " ",
  '"',
  "\\",
  "/",
  "<",
  "&",
  "\u007f",
  "\u0000",
  "\n",
  "é",
  "ß",
  "€",
  "中",
  "\ufb33",
  "\uffff",
  "😀",
  "𐀀",
  "\u2028",
];
const numbers = [
  0, 1, -1, 0.1, 1e21, 1e-7, 123456789012345680000, 4.5, 2e-3, 333333333.3333333, 5e-324,
  1.7976931348623157e308, 9007199254740991, -9007199254740991, 0.000001, 1e20,
];

function document(below: (limit: number) => number, depth: number): JsonValue {
  const text = (): string => Array.from({ length: below(6) }, () => letters[below(letters.length)]).join("");
  switch (below(depth > 0 ? 8 : 6)) {
    case 0:
      return null;
    case 1:
      return below(2) === 0;
    case 2:
      return numbers[below(numbers.length)] ?? 0;
    case 3:
      return (below(2 ** 31) - 2 ** 30) / 10 ** below(12);
    case 4:
    case 5:
      return text();
    case 6:
      return Array.from({ length: below(5) }, () => document(below, depth - 1));
    default:
      return Object.fromEntries(Array.from({ length: below(6) }, () => [text(), document(below, depth - 1)]));
  }
}

/** Python would read large whole numbers as its own unbounded integers, which JSON does not have. */
const program = `
import hashlib, json, sys, rfc8785
for line in sys.stdin:
    print(hashlib.sha256(rfc8785.dumps(json.loads(line, parse_int=float))).hexdigest())
`;

it.runIf(hasPythonRfc8785())(
  "canonical JSON has the bytes of Python's rfc8785 for 10,000 documents, odd keys and numbers among them",
  () => {
    const below = createNumbers(8785);
    const documents = Array.from({ length: 10_000 }, () => document(below, 3));
    const hashed = execFileSync("python3", ["-c", program], {
      input: documents.map((one) => JSON.stringify(one)).join("\n"),
      encoding: "utf8",
      maxBuffer: 1 << 24,
    });
    const theirs = hashed.trim().split("\n");
    const ours = documents.map((one) => sha256(canonicalJson(one)));
    const first = ours.findIndex((hash, index) => hash !== theirs[index]);
    expect(first < 0 ? undefined : documents[first]).toBeUndefined();
    expect(theirs).toHaveLength(documents.length);
  },
);
