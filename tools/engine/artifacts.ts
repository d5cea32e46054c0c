import { z } from "zod";
import type { Artifact, ArtifactKind } from "#core/contract/artifact.ts";
import type { ToolContext } from "#core/contract/tool-definition.ts";
import { decodeModel, encodeModel, type Frame, type Model } from "#lib/ml/index.ts";
import { inEngine, runTask } from "./run-task.ts";

/** An input that names an artifact; `what` tells a model which one is meant. */
export const digestOf = (what: string) =>
  z
    .string()
    .regex(/^[0-9a-f]{64}$/, "is no digest; give the 64 hex digits that an earlier step returned")
    .describe(`${what}: SHA-256 digest, as an earlier step returned it`);

/** Loads a dataset or a part of one: the Parquet file behind a digest. */
export async function loadFrame(context: ToolContext, sha256: string): Promise<Frame> {
  const path = await context.artifacts.path(sha256);
  return runTask(context, "read-parquet", { source: { path } });
}

/** Keeps a frame as Parquet; the bytes depend on its content alone. */
export async function keepFrame(
  context: ToolContext,
  frame: Frame,
  about: { name: string; kind: ArtifactKind; inputs: readonly string[] },
): Promise<Artifact> {
  const content = await runTask(context, "write-parquet", { frame });
  return context.artifacts.put({ ...about, mediaType: "application/vnd.apache.parquet", content });
}

export async function loadModel(context: ToolContext, sha256: string): Promise<Model> {
  const bytes = await context.artifacts.read(sha256);
  return inEngine(() => decodeModel(new TextDecoder().decode(bytes)));
}

/**
 * Keeps a model as `model.json`, the newest, and under a number of its own, so that the one before a mitigation
 * stays in the run's folder.
 */
export async function keepModel(context: ToolContext, model: Model, inputs: string[]): Promise<Artifact> {
  const content = encodeModel(model);
  const numbered = await context.artifacts.put({
    name: numberedName(context, "models/model", "json"),
    kind: "model",
    mediaType: "application/json",
    content,
    inputs,
  });
  await context.artifacts.put({ ...numbered, name: "model.json", content });
  return numbered;
}

/** Keeps a report as readable JSON; typed arrays become lists, what JSON cannot hold becomes null. */
export function keepJson(
  context: ToolContext,
  body: unknown,
  about: { name: string; kind: ArtifactKind; inputs: readonly string[] },
): Promise<Artifact> {
  const text = JSON.stringify(
    body,
    (_key, value: unknown) =>
      ArrayBuffer.isView(value) && !(value instanceof DataView)
        ? Array.from(value as unknown as ArrayLike<number>)
        : value, // every other view is a typed array
  );
  return context.artifacts.put({ ...about, mediaType: "application/json", content: `${text}\n` });
}

/** `stem_2.json` when the run's folder holds `stem_1.json` already. */
export function numberedName(context: ToolContext, stem: string, ending: string): string {
  const taken = new Set(context.run?.artifacts.map((artifact) => artifact.name) ?? []);
  let number = 1;
  while (taken.has(`${stem}_${number}.${ending}`)) number += 1;
  return `${stem}_${number}.${ending}`;
}
