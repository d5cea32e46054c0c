import { MlError } from "../../score/ml-error.ts";

/** One block of `key=value` lines of LightGBM's text format: its header, or a tree. */
export interface LightgbmSection {
  has(key: string): boolean;
  words(key: string): string[];
  /** @throws MlError bad-model unless the key holds exactly `length` numbers. */
  numbers(key: string, length: number): number[];
  /** @throws MlError bad-model unless the key holds integers. */
  integers(key: string): number[];
  fault(key: string, expectation: string): MlError;
}

/**
 * Splits the text into its header and its trees.
 * @throws MlError bad-model when it is no LightGBM model or was cut off.
 */
export function readSections(text: string): { header: LightgbmSection; trees: LightgbmSection[] } {
  const end = text.indexOf("\nend of trees");
  if (!text.startsWith("tree\n") || end < 0) {
    throw new MlError(
      "bad-model",
      'A LightGBM text model begins with "tree" and holds "end of trees"; this file does not. It is of another kind or was cut off.',
    );
  }
  const [head = "", ...trees] = text.slice(0, end).split(/^Tree=\d+$/m);
  return {
    header: readSection("the header", head),
    trees: trees.map((tree, index) => readSection(`tree ${index}`, tree)),
  };
}

function readSection(name: string, text: string): LightgbmSection {
  const values = new Map(
    text.split("\n").map((line) => {
      const place = line.indexOf("=");
      return place < 0 ? ([line, ""] as const) : ([line.slice(0, place), line.slice(place + 1)] as const);
    }),
  );
  const fault = (key: string, expectation: string) =>
    new MlError(
      "bad-model",
      `The LightGBM model is not valid at ${key} of ${name}: ${expectation} is expected. ` +
        "It was edited or cut off, or uses what is not supported here.",
      { details: { section: name, key } },
    );
  const words = (key: string): string[] => {
    const value = values.get(key);
    if (value === undefined) throw fault(key, "this key");
    return value.split(" ").filter((word) => word !== "");
  };
  const finite = (key: string): number[] => {
    const numbers = words(key).map(Number);
    if (numbers.some((number) => !Number.isFinite(number))) throw fault(key, "a list of finite numbers");
    return numbers;
  };
  return {
    has: (key) => values.has(key),
    words,
    numbers(key, length) {
      const numbers = finite(key);
      if (numbers.length !== length) throw fault(key, `a list of ${length} numbers`);
      return numbers;
    },
    integers(key) {
      const numbers = finite(key);
      if (!numbers.every(Number.isInteger)) throw fault(key, "whole numbers");
      return numbers;
    },
    fault,
  };
}
