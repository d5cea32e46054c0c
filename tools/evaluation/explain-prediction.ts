import { z } from "zod";
import { failure } from "#core/contract/failure.ts";
import { defineTool, type ToolContext } from "#core/contract/tool-definition.ts";
import {
  createScorer,
  explainedOutputs,
  type Explanation,
  frameToRows,
  type Model,
  modelInputs,
  type Predictions,
  type RawRow,
  selectRows,
} from "#lib/ml/index.ts";
import { digestOf, keepJson, loadFrame, loadModel, numberedName } from "../engine/artifacts.ts";
import { inEngine, runTask } from "../engine/run-task.ts";
import type { PredictionsFact } from "../facts.ts";
import { engineOptions, explainInput, explanationNotes, misleading } from "./explain-options.ts";

const Contribution = z.strictObject({
  feature: z.string(),
  value: z.union([z.string(), z.number(), z.boolean(), z.null()]),
  contribution: z.number(),
});

const ExplainedRow = z.strictObject({
  row: z.number().int().describe("number in the dataset, or place in the given rows, from 0"),
  prediction: z.union([z.string(), z.number()]),
  probability: z.number().nullable().describe("of the explained class; null for amounts"),
  explained: z.string().describe("the class, or the target, whose score the contributions add up to"),
  base: z.number().describe("the score when nothing is known of the row"),
  score: z.number(),
  contributions: z.array(Contribution).describe("largest first"),
  against: z.array(Contribution).describe("those that point the other way than the score went from its base"),
});

export const explainPrediction = defineTool({
  name: "explain_prediction",
  group: "evaluation",
  description:
    "Explain single predictions: how much each feature of a row moved the model's score up or down from its base value, largest first, which features spoke against the outcome, the prediction and its probability, and a check that base and contributions add up to the score. Give `rows` as JSON objects with the model's input fields, or `data` (a dataset's digest) with `rowNumbers`. Kept as explanations/prediction_N.json. For what a model rests on as a whole take explain_model.",
  input: z.strictObject({
    model: digestOf("the model"),
    rows: z
      .array(z.record(z.string(), z.unknown()))
      .min(1)
      .max(50)
      .optional()
      .describe(
        'rows to explain as JSON, for instance [{"age": 41, "region": "north"}]; absent fields are missing',
      ),
    data: digestOf("a dataset that holds the rows, instead of `rows`").optional(),
    rowNumbers: z
      .array(z.number().int().min(0))
      .min(1)
      .max(50)
      .optional()
      .describe("with `data`: which of its rows, counted from 0"),
    ...explainInput,
  }),
  output: z.strictObject({
    artifact: z.string(),
    method: z.string(),
    space: z.string(),
    isExact: z.boolean(),
    rows: z.array(ExplainedRow),
    additivity: z.strictObject({ holds: z.boolean(), largestError: z.number() }),
    notes: z.array(z.string()),
  }),
  example: { model: "sample:model", data: "sample:test", rowNumbers: [0, 1] },
  effect: "read",
  repeat: "safe",
  parallel: true,
  timeoutMs: 1_800_000,
  async run(input, context) {
    const isByData = input.data !== undefined && input.rowNumbers !== undefined && input.rows === undefined;
    const isByRows = input.rows !== undefined && input.data === undefined && input.rowNumbers === undefined;
    if (!isByData && !isByRows) {
      return refused("give either `rows`, or `data` together with `rowNumbers`");
    }
    const model = await loadModel(context, input.model);
    const options = await engineOptions(context, input);
    const explained = isByRows
      ? await explainGiven(context, model, { rows: input.rows ?? [], options })
      : await explainStored(context, model, {
          data: input.data ?? "",
          rowNumbers: input.rowNumbers ?? [],
          options,
        });
    if (typeof explained === "string") return refused(explained);
    const { explanation } = explained;
    const { holds, largestError } = explanation.additivity;
    if (!holds) return { ok: false, failure: failure("tool-failed", misleading(largestError)) };
    const rows = explained.rows.map((raw, place) => ({
      row: explained.numbers[place] ?? place,
      ...explainedRow(model, explained, { raw, place }),
    }));
    const notes = [...explanationNotes(model, explanation), ...unreadNotes(model, input.rows ?? [])];
    const artifact = await keepJson(
      context,
      {
        model: input.model,
        ...(input.data === undefined ? {} : { data: input.data }),
        rows,
        notes,
        ...explanationHead(explanation),
      },
      {
        name: numberedName(context, "explanations/prediction", "json"),
        kind: "explanation",
        inputs: [input.model, ...(input.data === undefined ? [] : [input.data])],
      },
    );
    const fact: PredictionsFact = {
      artifact: artifact.sha256,
      model: input.model,
      rows: rows.length,
      additive: holds,
    };
    return {
      ok: true,
      facts: { predictions: fact },
      output: {
        artifact: artifact.sha256,
        method: explanation.method,
        space: explanation.space,
        isExact: explanation.isExact,
        rows,
        additivity: { holds, largestError },
        notes,
      },
    };
  },
});

/** A misspelt field is as good as a missing one, and only its sender can tell. */
function unreadNotes(model: Model, rows: readonly RawRow[]): string[] {
  const read = new Set([...modelInputs(model).map(({ name }) => name), model.target]);
  const unread = new Set(rows.flatMap((row) => Object.keys(row)).filter((name) => !read.has(name)));
  return unread.size === 0
    ? []
    : [
        `the model does not read ${[...unread].slice(0, 10).join(", ")}; it reads ${[...read].filter((name) => name !== model.target).join(", ")}`,
      ];
}

const refused = (message: string) => ({ ok: false, failure: failure("invalid-input", message) }) as const;

type EngineOptions = Awaited<ReturnType<typeof engineOptions>>;

interface Explained {
  rows: readonly RawRow[];
  /** Row numbers in the dataset, or places among the given rows. */
  numbers: readonly number[];
  explanation: Explanation;
  answers: { prediction: string | number; probability: number | null }[];
}

async function explainGiven(
  context: ToolContext,
  model: Model,
  { rows, options }: { rows: readonly RawRow[]; options: EngineOptions },
): Promise<Explained> {
  const explanation = await runTask(context, "explain-rows", { model, rows, options });
  const answers = inEngine(() => createScorer(model).scoreRows(rows)).map((scored) =>
    scored.kind === "regression"
      ? { prediction: scored.prediction, probability: null }
      : { prediction: scored.prediction, probability: scored.probability },
  );
  return { rows, numbers: [...rows.keys()], explanation, answers };
}

/** The same for rows of a dataset, which then is the background too where none is given; a sentence where a row is not there. */
async function explainStored(
  context: ToolContext,
  model: Model,
  about: { data: string; rowNumbers: readonly number[]; options: EngineOptions },
): Promise<Explained | string> {
  const frame = await loadFrame(context, about.data);
  const beyond = about.rowNumbers.find((row) => row >= frame.rowCount);
  if (beyond !== undefined) {
    return `there is no row ${beyond}; the dataset has ${frame.rowCount} rows, the last one is ${frame.rowCount - 1}`;
  }
  const chosen = inEngine(() => selectRows(frame, about.rowNumbers));
  const explanation = await runTask(context, "explain-model", {
    model,
    frame: chosen,
    options: { background: frame, ...about.options, maximalRows: chosen.rowCount },
  });
  const predictions = await runTask(context, "score-frame", { model, frame: chosen });
  const answers = about.rowNumbers.map((_, place) => answerOf(model, predictions, place));
  return { rows: inEngine(() => frameToRows(chosen)), numbers: about.rowNumbers, explanation, answers };
}

function answerOf({ classes }: Model, predictions: Predictions, place: number): Explained["answers"][number] {
  switch (predictions.kind) {
    case "binary":
      return {
        prediction: classes?.[predictions.predicted[place] ?? 0] ?? "",
        probability: predictions.probability[place] ?? null,
      };
    case "multiclass": {
      const index = predictions.predicted[place] ?? 0;
      return {
        prediction: classes?.[index] ?? "",
        probability: predictions.probabilities[index]?.[place] ?? null,
      };
    }
    case "regression":
      return { prediction: predictions.values[place] ?? Number.NaN, probability: null };
    default:
      return predictions satisfies never;
  }
}

/** For two classes the positive one is explained, for more the predicted one. */
function explainedRow(
  model: Model,
  { explanation, answers }: Explained,
  { raw, place }: { raw: RawRow; place: number },
): Omit<z.input<typeof ExplainedRow>, "row"> {
  const answer = answers[place] ?? { prediction: "", probability: null };
  const outputs = explainedOutputs(explanation, place, raw);
  const explained = outputs.find(
    ({ output }) => model.problem === "multiclass" && output === answer.prediction,
  );
  const { output, expected, margin, contributions } = explained ?? outputs[0] ?? NOTHING;
  const listed = contributions.map((one) => ({
    feature: one.feature,
    value: plainValue(one.value),
    contribution: one.contribution,
  }));
  const isUp = margin >= expected;
  return {
    ...answer,
    explained: output,
    base: expected,
    score: margin,
    contributions: listed,
    against: listed.filter(({ contribution }) => (isUp ? contribution < 0 : contribution > 0)),
  };
}

const NOTHING = { output: "", expected: 0, margin: 0, contributions: [] };

const plainValue = (value: unknown): string | number | boolean | null =>
  typeof value === "string" ||
  typeof value === "boolean" ||
  (typeof value === "number" && Number.isFinite(value))
    ? value
    : null;

/** What of an explanation goes with every row of it. */
function explanationHead({
  method,
  space,
  isExact,
  background,
  features,
  standardErrors,
  additivity,
}: Explanation) {
  return { method, space, isExact, background, features, standardErrors, additivity };
}
