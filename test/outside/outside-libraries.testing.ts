import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import {
  createScorer,
  type Frame,
  frameFromRows,
  frameToRows,
  type Model,
  readParquet,
} from "#lib/ml/index.ts";
import { createRandom } from "#lib/ml/random.ts";
import type { ToolBench } from "#tools/engine/tool-bench.testing.ts";
import { hasOutsideTool } from "../packaging/outside-tool.ts";
import { python as backendPython } from "../python/python-libraries.testing.ts";

const python = process.env["SWARM_OUTSIDE_PYTHON"] ?? backendPython;
const script = fileURLToPath(new URL("compare-with-libraries.py", import.meta.url));

/** True when the field's own libraries are here; without them the tests skip loudly, and fail in CI. */
export const hasLibraries = (): Promise<boolean> =>
  hasOutsideTool(
    python,
    ["-c", "import fairlearn, lightgbm, scipy, shap, sklearn.frozen, xgboost"],
    "pip install scikit-learn scipy fairlearn shap lightgbm xgboost into a venv and name its python in SWARM_OUTSIDE_PYTHON",
  );

/** What the libraries answer; `Answer` is the shape that the script states for the question. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller states what the script prints
export function askLibraries<Answer>(ask: string, question: object): Answer {
  const ran = spawnSync(python, [script], {
    input: JSON.stringify({ ask, ...question }),
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (ran.status !== 0) throw new Error(ran.stderr);
  return JSON.parse(ran.stdout) as Answer; // the test states what the script prints
}

export type Row = Readonly<Record<string, string | number | boolean | null>>;

/** Rows with gaps, ties, a constant, a blank column, rare levels and a group of a few rows. */
export function nastyRows(count: number, seed: number): Row[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => {
    const size = random.normal();
    const rounded = Math.round(-Math.log(1 - random.uniform()) * 10) / 10;
    const word = ["x", "x", "y", 'q"uote,comma', "z"][random.integer(5)]!;
    const draw = random.uniform();
    const group = draw < 0.55 ? "m" : draw < 0.93 ? "f" : draw < 0.96 ? "tiny" : null;
    const score = 1.2 * size + rounded - (word === "x" ? 0.7 : 0) + (group === "m" ? 0.6 : 0);
    return {
      size: random.uniform() < 0.1 ? null : size,
      rounded,
      word,
      same: 7,
      blank: null,
      group,
      region: ["n", "s", "w"][random.integer(3)]!,
      y: score + random.normal() > 1.2 ? "yes" : "no",
    };
  });
}

/** Rows of numbers alone. */
export function numberRows(count: number, options: { seed: number; gaps: number }): Row[] {
  const random = createRandom(options.seed);
  return Array.from({ length: count }, () => {
    const [a, b, c, d] = [
      random.normal(),
      Math.round(random.normal() * 10) / 10,
      random.normal(),
      random.normal(),
    ];
    const y = a + b * c - (d > 0 ? 0.5 : 0) + random.normal() / 2 > 0.3 ? "yes" : "no";
    const held = (value: number): number | null => (random.uniform() < options.gaps ? null : value);
    return { a: held(a), b: held(b), c: held(c), d: held(d), y };
  });
}

export async function storedFrame(bench: ToolBench, digest: string): Promise<Frame> {
  return readParquet({ bytes: await bench.context.artifacts.read(digest) });
}

/** What a model with two classes answers to a table: 1 stands for the positive class. */
export function binaryAnswers(model: Model, table: Frame | readonly Row[]) {
  const frame = "columns" in table ? table : frameFromRows(table);
  const predictions = createScorer(model).scoreColumns(frame.columns, frame.rowCount);
  if (predictions.kind !== "binary") throw new Error("two classes are expected");
  return {
    rows: frameToRows(frame),
    actual: frameToRows(frame).map((row) => (row[model.target] === model.positiveClass ? 1 : 0)),
    probability: Array.from(predictions.probability),
    predicted: Array.from(predictions.predicted),
  };
}
