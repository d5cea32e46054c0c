import { join } from "node:path";
import { z } from "zod";
import { FailureError, fail, ok, type Result } from "#core/contract/failure.ts";
import { defineTool, type ToolContext, type ToolDefinition } from "#core/contract/tool-definition.ts";
import { decodeModel } from "#lib/ml/index.ts";
import { inEngine, runTask } from "../engine/run-task.ts";
import { PackageFact } from "../facts.ts";
import { checkApp, type RecordedPredictions } from "./check-app.ts";
import { type AppFile, appEntries, collectAppFiles, SERVE_ENTRY } from "./image/app-layer.ts";
import { dockerfile } from "./image/dockerfile.ts";
import { describeImage, type ImageLayer } from "./image/image-documents.ts";
import { writeLayer } from "./image/layer.ts";
import type { LayerCache } from "./image/layer-cache.ts";
import { tarBytes } from "./image/tar.ts";
import { packageManifest } from "./package-manifest.ts";
import { createPackageWriter } from "./package-writer.ts";
import { buildRuntimeLayer } from "./runtime/build-runtime-layer.ts";
import { createNodeOwnFiles } from "./runtime/node-own-files.ts";
import { type Host, IMAGE_USER } from "./runtime/runtime-layer.ts";

const Digest = z.string().regex(/^[0-9a-f]{64}$/, "64 lowercase hex digits");

const Input = z.strictObject({
  model: Digest.describe("SHA-256 of the model artifact"),
  name: z
    .string()
    .regex(
      /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/,
      "lower case letters, digits and -, at most 63, a letter first",
    )
    .default("model")
    .describe("Name under which the model is served"),
  runtime: z
    .enum(["bundled", "none"])
    .default("bundled")
    .describe("`bundled` puts Node into the image; `none` leaves it out"),
  examples: Digest.optional().describe(
    "SHA-256 of a JSON artifact {rows, predictions}: the packaged server must repeat these predictions",
  ),
});

const Output = z.strictObject({
  name: z.string(),
  image: PackageFact.shape.image,
  layout: z.string(),
  model: Digest,
  manifest: Digest,
  signature: Digest,
  signedBy: z.string(),
  runtime: z.enum(["bundled", "none"]),
  /** Why the runtime was left out although it was asked for. */
  runtimeNote: z.string().optional(),
  onnx: z
    .strictObject({ file: z.string().nullable(), notCarried: z.array(z.string()) })
    .describe("the model as ONNX beside the image, or null and by name what ONNX cannot carry"),
  files: z.number().int(),
  bytes: z.number().int(),
  /** Rows that the packaged server was asked to score before the package counted as done. */
  checkedRows: z.number().int(),
});

const Recorded = z.object({
  rows: z.array(z.unknown()).min(1).max(1000),
  predictions: z.array(
    z.object({ prediction: z.union([z.string(), z.number()]), probability: z.number().optional() }),
  ),
});

const ONNX_FILE = "onnx/model.onnx";
const PORT = 8080;
const USER = `${IMAGE_USER}:${IMAGE_USER}`;

/** `host` and `layerCache` are for callers that know better than this process's own. */
export function createPackageModel(options: { host?: Host; layerCache?: LayerCache } = {}): ToolDefinition {
  return defineTool({
    name: "package_model",
    group: "deployment",
    description:
      "Packages a trained model as an OCI image layout with a small HTTP server (/predict, /health, Open Inference " +
      "Protocol v2), checks that the packaged server loads the model and answers, and signs a manifest of all files. " +
      "Puts the model beside it as ONNX where that can carry it, else says by name what it cannot. Needs no Docker. Use it after the model passed evaluation, fairness and drift checks. Gives the image digest.",
    input: Input,
    output: Output,
    example: { model: "fact:model.artifact", runtime: "none" },
    needsRun: true,
    effect: "write",
    repeat: "safe",
    parallel: false,
    timeoutMs: 120_000,
    async run(input, context) {
      try {
        return await packageModel(input, context, { host: options.host ?? thisHost(), ...options });
      } catch (thrown) {
        if (thrown instanceof FailureError) return { ok: false, failure: thrown.failure };
        throw thrown;
      }
    },
  });
}

async function packageModel(
  input: z.output<typeof Input>,
  context: ToolContext,
  { host, layerCache }: { host: Host; layerCache?: LayerCache | undefined },
) {
  const content = await context.artifacts.read(input.model);
  const recorded = await readRecorded(input.examples, context);
  if (!recorded.ok) return recorded;
  const scratch = await context.artifacts.scratch();
  const app = await collectAppFiles(host.files, { name: input.name, content, sha256: input.model });
  context.progress({ message: "checking that the packaged server answers", fraction: 0.1 });
  const checked = await checkApp(app, {
    folder: join(scratch, "app"),
    name: input.name,
    model: input.model,
    recorded: recorded.value,
    signal: context.signal,
  });
  if (!checked.ok) return checked;

  const writer = createPackageWriter(context, input.model);
  context.progress({ message: "writing the runtime layer", fraction: 0.2 });
  const runtime =
    input.runtime === "none" ? {} : await buildRuntimeLayer({ host, layerCache, context, scratch });
  context.progress({ message: "writing the app layer", fraction: 0.8 });
  const appLayer = await writeLayer(appEntries(app), {
    path: join(scratch, "app-layer.tar.gz"),
    level: 6,
    signal: context.signal,
  });
  const layers: ImageLayer[] = [
    ...(runtime.layer === undefined ? [] : [runtime.layer.image]),
    { ...appLayer, createdBy: "swarm: serving app and model" },
  ];
  if (runtime.layer !== undefined) await writer.blob(runtime.layer.image, runtime.layer.path);
  await writer.blob(appLayer, join(scratch, "app-layer.tar.gz"));

  const labels = labelsOf(input.name, input.model, runtime.layer === undefined ? "none" : "bundled");
  const image = describeImage({
    model: input.model,
    arch: host.arch,
    layers,
    entrypoint: [runtime.layer === undefined ? "node" : "/usr/local/bin/node", `/app/${SERVE_ENTRY}`],
    user: USER,
    port: PORT,
    environment: environmentOf(runtime.layer?.libraryPath),
    labels,
  });
  await writer.document(`image/blobs/sha256/${image.config.digest}`, image.config.bytes);
  await writer.document(`image/blobs/sha256/${image.manifest.digest}`, image.manifest.bytes);
  await writer.document("image/index.json", image.index);
  await writer.document("image/oci-layout", image.layoutFile);
  const onnx = await exportOnnxBeside(content, context);
  if (onnx.bytes !== null) await writer.build(ONNX_FILE, "application/octet-stream", onnx.bytes);
  await writer.build("container/app.tar", "application/x-tar", await tarBytes(appEntries(app)));
  const build = dockerfile({ entry: SERVE_ENTRY, user: USER, port: PORT, labels });
  await writer.build("container/Dockerfile", "text/plain", build);

  const digest = `sha256:${image.manifest.digest}`;
  const signed = await writer.sign(
    packageManifest({
      name: input.name,
      model: input.model,
      image: digest,
      runtime: runtime.layer === undefined ? "none" : "bundled",
      files: writer.files,
      app: app.map(packagedFile),
    }),
  );
  const facts = {
    image: digest,
    layout: "image",
    model: input.model,
    manifest: signed.manifest,
    signature: signed.signature,
    runtime: runtime.layer === undefined ? ("none" as const) : ("bundled" as const),
  };
  const output: z.input<typeof Output> = {
    ...facts,
    onnx: { file: onnx.bytes === null ? null : ONNX_FILE, notCarried: onnx.notCarried },
    name: input.name,
    signedBy: context.signer.keyName,
    ...(runtime.note === undefined ? {} : { runtimeNote: runtime.note }),
    files: writer.files.length,
    bytes: writer.files.reduce((sum, file) => sum + file.bytes, 0),
    checkedRows: checked.value.rows,
  };
  return { ok: true as const, output, facts: { package: facts } };
}

/** The packaged model as ONNX where that can carry it; the image itself does not need it. */
async function exportOnnxBeside(
  content: Uint8Array,
  context: ToolContext,
): Promise<{ bytes: Uint8Array | null; notCarried: string[] }> {
  const model = inEngine(() => decodeModel(content));
  const exported = await runTask(context, "export-model", { model, format: "onnx", sample: null });
  if (exported.kind === "refused") return { bytes: null, notCarried: [...exported.reasons] };
  return { bytes: exported.bytes, notCarried: [...exported.notCarried] };
}

async function readRecorded(
  digest: string | undefined,
  context: ToolContext,
): Promise<Result<RecordedPredictions | undefined>> {
  if (digest === undefined) return ok(undefined);
  const parsed = Recorded.safeParse(await context.artifacts.readJson(digest));
  if (parsed.success && parsed.data.predictions.length === parsed.data.rows.length) return ok(parsed.data);
  return fail("invalid-input", "`examples` must be JSON with `rows` and as many `predictions`.");
}

function labelsOf(name: string, model: string, runtime: string): Record<string, string> {
  return {
    "org.opencontainers.image.title": name,
    "org.opencontainers.image.description":
      "A model packaged by Swarm: /predict, /health, Open Inference Protocol v2",
    "org.opencontainers.image.version": model.slice(0, 12),
    "swarm.model.sha256": model,
    "swarm.runtime": runtime,
  };
}

function environmentOf(libraryPath: string | undefined): Record<string, string> {
  return {
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    NODE_ENV: "production",
    ...(libraryPath === undefined || libraryPath === "" ? {} : { LD_LIBRARY_PATH: libraryPath }),
  };
}

function packagedFile({ path, sha256, content }: AppFile) {
  return { path: `/app/${path}`, sha256, bytes: content.byteLength };
}

function thisHost(): Host {
  return {
    platform: process.platform,
    arch: process.arch,
    executable: process.execPath,
    nodeVersion: process.versions.node,
    files: createNodeOwnFiles(),
  };
}
