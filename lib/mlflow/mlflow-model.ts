import type { TrackedColumn, TrackedModel } from "#core/contract/experiment-tracker.ts";

/** MLflow's names of column types (mlflow.types.DataType). */
const TYPES: Readonly<Record<TrackedColumn["type"], string>> = {
  number: "double",
  boolean: "boolean",
  text: "string",
  date: "datetime",
};

const columns = (list: readonly TrackedColumn[]): string =>
  JSON.stringify(
    list.map(({ name, type, isRequired }) => ({ type: TYPES[type], name, required: isRequired })),
  );

/** What an MLmodel file states; flavour `swarm`, which tools of MLflow list and register but cannot score. */
export function describeModel(model: TrackedModel, about: { runId: string; createdAt: Date; path: string }) {
  return {
    artifact_path: about.path,
    flavors: { swarm: { format: "swarm-model/1", model: "model.json" } },
    run_id: about.runId,
    signature: { inputs: columns(model.inputs), outputs: columns(model.outputs), params: null },
    utc_time_created: about.createdAt.toISOString().replace("T", " ").replace("Z", ""),
  };
}

/** The files of a model's folder: `MLmodel` (JSON, which is YAML too) and the model itself. */
export function modelFiles(description: ReturnType<typeof describeModel>, model: TrackedModel) {
  return [
    {
      path: `${description.artifact_path}/MLmodel`,
      mediaType: "text/plain",
      content: new TextEncoder().encode(`${JSON.stringify(description, null, 2)}\n`),
    },
    { path: `${description.artifact_path}/model.json`, mediaType: "application/json", content: model.file },
  ];
}
