import type { ToolContext } from "#core/contract/tool-definition.ts";
import { ALGORITHMS, type Frame, type Model, reweighFrame } from "#lib/ml/index.ts";
import { isLibraryAlgorithm } from "../engine/backends/library-algorithms.ts";
import { trainThroughBackend } from "../engine/backends/train-through-backend.ts";
import { crossedAttribute } from "../engine/protected-attributes.ts";
import { inEngine } from "../engine/run-task.ts";

/**
 * The same algorithm, features and hyperparameters on the same rows, with Kamiran and Calders' weights. Undefined for
 * a model that no trainer here can make again, such as an imported one.
 */
export async function reweighModel(
  context: ToolContext,
  model: Model,
  about: { training: Frame; validation: Frame; protected: readonly string[] },
): Promise<Model | undefined> {
  const { algorithm } = model.training;
  if (!isLibraryAlgorithm(algorithm) && !ALGORITHMS.some((name) => name === algorithm)) return undefined;
  const { training, validation } = about;
  const weights = inEngine(() =>
    reweighFrame(training, {
      target: model.target,
      classes: model.classes ?? [],
      attribute: crossedAttribute(training, about.protected),
    }),
  );
  const trained = await trainThroughBackend(context, {
    training,
    validation,
    target: model.target,
    algorithm,
    problem: "binary",
    ...(model.positiveClass === null ? {} : { positiveClass: model.positiveClass }),
    features: model.features.map((feature) => feature.name),
    parameters: model.training.parameters,
    weights,
    seed: model.training.seed,
  });
  const note = `Trained on rows reweighed by ${about.protected.join(" & ")} (Kamiran and Calders 2012).`;
  const { engineering } = model.preparation;
  const left = [
    ...(engineering === undefined ? [] : ["Columns that the model before made of others were left out."]),
    ...(model.calibration === undefined
      ? []
      : [
          `The model before was calibrated (${model.calibration.kind}); this one is not: calibrate it on held-out rows before its probabilities are read as chances.`,
        ]),
  ];
  return withNote(trained.model, [note, ...left].join(" "));
}

/** The model with one more remark in its record. */
export function withNote(model: Model, note: string): Model {
  return { ...model, training: { ...model.training, notes: [...model.training.notes, note] } };
}
