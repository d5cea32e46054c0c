import { createPublicKey, verify } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  createTestToolContext as createBareContext,
  type TestToolContext,
} from "#core/testing/tool-context.ts";
import { createInProcessCompute } from "../engine/in-process-compute.testing.ts";
import { checkOnnx } from "#lib/ml/model/onnx/check-onnx.ts";
import { PackageFact } from "../facts.ts";
import type { LayerDescriptor } from "./image/layer.ts";
import { createPackageModel } from "./package-model.ts";
import { createNodeOwnFiles } from "./runtime/node-own-files.ts";
import type { Host } from "./runtime/runtime-layer.ts";
import { sampleModels } from "./sample-model.testing.ts";

const createTestToolContext = (options: { seed?: number } = {}) =>
  createBareContext({ compute: createInProcessCompute(), ...options });

/** A small host: an executable without libraries, so that no test compresses a real Node. */
function smallHost(over: Partial<Host> = {}): Host {
  const disk = createNodeOwnFiles();
  const header = Buffer.alloc(120);
  Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1]).copy(header);
  async function* open() {
    yield header;
  }
  return {
    platform: "linux",
    arch: "x64",
    executable: "/node",
    nodeVersion: "24.0.0",
    files: {
      ...disk,
      find: async (path) =>
        path === "/node" ? { path, content: { bytes: header.length, open } } : undefined,
      slice: async (_, offset, length) => header.subarray(offset, offset + length),
    },
    ...over,
  };
}

async function packaged(
  context: TestToolContext,
  input: Record<string, unknown> = {},
  options: Parameters<typeof createPackageModel>[0] = { host: smallHost() },
) {
  const model = await context.seedArtifact(JSON.stringify(sampleModels.binary));
  const tool = createPackageModel(options);
  const outcome = await tool.run(tool.input.parse({ model, ...input }), context);
  return {
    model,
    outcome,
    json: (name: string) => JSON.parse(Buffer.from(context.bytesOf(name)).toString()) as never,
  };
}

const names = (context: TestToolContext) => context.kept.map((artifact) => artifact.name);

describe("package_model", () => {
  it("keeps an image layout in which every digest leads to a blob of that size", async () => {
    const context = createTestToolContext();
    const { outcome, json } = await packaged(context);
    expect(outcome.ok).toBe(true);
    expect(json("image/oci-layout")).toEqual({ imageLayoutVersion: "1.0.0" });
    type Descriptor = { digest: string; size: number };
    const index: { manifests: Descriptor[] } = json("image/index.json");
    const blob = (descriptor: Descriptor) => {
      const name = `image/blobs/${descriptor.digest.replace(":", "/")}`;
      const artifact = context.kept.find((one) => one.name === name);
      expect(artifact).toMatchObject({ sha256: descriptor.digest.slice(7), bytes: descriptor.size });
      return name;
    };
    const [entry] = index.manifests;
    const manifest: { config: Descriptor; layers: Descriptor[] } = json(blob(entry as Descriptor));
    expect(manifest.layers).toHaveLength(2);
    manifest.layers.forEach(blob);
    expect(json(blob(manifest.config))).toMatchObject({
      architecture: "amd64",
      os: "linux",
      config: {
        User: "10001:10001",
        WorkingDir: "/app",
        ExposedPorts: { "8080/tcp": {} },
        Entrypoint: ["/usr/local/bin/node", "/app/serving/serve.ts"],
      },
    });
  });

  it("keeps for a container build the very archive that the image's app layer was made from", async () => {
    const context = createTestToolContext();
    const { json } = await packaged(context);
    const archive = context.kept.find((artifact) => artifact.name === "container/app.tar");
    const configs = context.kept
      .filter(({ name, mediaType }) => name.startsWith("image/blobs/") && mediaType === "application/json")
      .map(({ name }): { rootfs?: { diff_ids: string[] } } => json(name));
    expect(configs.flatMap(({ rootfs }) => rootfs?.diff_ids ?? []).at(-1)).toBe(`sha256:${archive?.sha256}`);
    const dockerfile = Buffer.from(context.bytesOf("container/Dockerfile")).toString();
    for (const line of ["FROM node:24-slim", "ADD app.tar /", "USER 10001:10001", "EXPOSE 8080"]) {
      expect(dockerfile).toContain(`${line}\n`);
    }
    expect(dockerfile).toMatch(/^HEALTHCHECK .*\/health/m);
  });

  it("establishes the fact that others read", async () => {
    const context = createTestToolContext();
    const { outcome, model } = await packaged(context);
    const fact = PackageFact.parse(outcome.ok && outcome.facts?.package);
    expect(fact).toMatchObject({ model, layout: "image", runtime: "bundled" });
    const output = createPackageModel().output.parse(outcome.ok && outcome.output);
    expect(output).toMatchObject({ image: fact.image, checkedRows: 1 });
  });

  it("lists every kept file in a manifest that the signature stands for", async () => {
    const context = createTestToolContext();
    const { json } = await packaged(context);
    const manifest: { files: { path: string; sha256: string; bytes: number }[] } = json("manifest.json");
    const listed = context.kept
      .filter(
        (artifact) => !["manifest.json", "manifest.json.sig", "signing-key.pem"].includes(artifact.name),
      )
      .map(({ name, sha256, bytes }) => ({ path: name, sha256, bytes }))
      .toSorted((left, right) => (left.path < right.path ? -1 : 1));
    expect(manifest.files).toEqual(listed);
    const key = createPublicKey(Buffer.from(context.bytesOf("signing-key.pem")).toString());
    const bytes = context.bytesOf("manifest.json");
    expect(verify(null, bytes, key, context.bytesOf("manifest.json.sig"))).toBe(true);
    const flipped = Uint8Array.from(bytes);
    flipped[10] = (flipped[10] ?? 0) ^ 1;
    expect(verify(null, flipped, key, context.bytesOf("manifest.json.sig"))).toBe(false);
  });

  it("gives the same bytes again for the same model, whatever the run", async () => {
    const [first, second] = [createTestToolContext(), createTestToolContext({ seed: 99 })];
    await packaged(first);
    await packaged(second);
    const digests = (context: TestToolContext) =>
      context.kept
        .filter((artifact) => artifact.kind !== "signature")
        .map(({ name, sha256 }) => `${sha256} ${name}`);
    expect(digests(second)).toEqual(digests(first));
  });

  it("puts the model beside the image as ONNX, or says by name what ONNX cannot carry", async () => {
    const context = createTestToolContext();
    const dated = await packaged(context);
    expect(dated.outcome).toMatchObject({
      ok: true,
      output: {
        onnx: { file: null, notCarried: ['Feature "applied" is a date, which ONNX does not know.'] },
      },
    });
    const model = await context.seedArtifact(JSON.stringify(sampleModels.multiclass));
    const tool = createPackageModel({ host: smallHost() });
    const outcome = await tool.run(tool.input.parse({ model, runtime: "none" }), context);
    expect(outcome).toMatchObject({
      ok: true,
      output: { onnx: { file: "onnx/model.onnx", notCarried: [] } },
    });
    expect(checkOnnx(context.bytesOf("onnx/model.onnx"))).toMatchObject({ inputs: ["petal_length"] });
  });

  it("leaves the runtime out when told to", async () => {
    const context = createTestToolContext();
    const { outcome } = await packaged(context, { runtime: "none" });
    expect(outcome).toMatchObject({ ok: true, facts: { package: { runtime: "none" } } });
    expect(outcome.ok && outcome.output).not.toHaveProperty("runtimeNote");
    expect(names(context).filter((name) => name.startsWith("image/blobs/"))).toHaveLength(3);
  });

  it.each([
    ["the machine runs no Linux", smallHost({ platform: "darwin" }), "darwin"],
    ["the executable is not there", smallHost({ executable: "/gone" }), "/gone"],
  ])("leaves the runtime out and says why when %s", async (_, host, reason) => {
    const { outcome } = await packaged(createTestToolContext(), {}, { host });
    expect(outcome).toMatchObject({ ok: true, output: { runtime: "none" } });
    expect(outcome.ok && outcome.output).toHaveProperty("runtimeNote", expect.stringContaining(reason));
  });

  it("takes a runtime layer that is already known out of the cache", async () => {
    const layers = new Map<string, LayerDescriptor>();
    let finds = 0;
    const layerCache = {
      async find(key: string) {
        finds += 1;
        return layers.get(key);
      },
      async keep(key: string, layer: LayerDescriptor) {
        layers.set(key, layer);
      },
    };
    const context = createTestToolContext();
    const first = await packaged(context, {}, { host: smallHost(), layerCache });
    const second = await packaged(context, {}, { host: smallHost(), layerCache });
    expect([finds, layers.size]).toEqual([2, 1]);
    expect(second.outcome.ok && second.outcome.facts).toEqual(first.outcome.ok && first.outcome.facts);
  });

  it("builds a layer again whose bytes are gone from the store", async () => {
    const gone = { digest: "0".repeat(64), bytes: 1, diffId: "0".repeat(64) };
    const layerCache = { find: async () => gone, keep: async () => undefined };
    const { outcome } = await packaged(createTestToolContext(), {}, { host: smallHost(), layerCache });
    expect(outcome).toMatchObject({ ok: true, output: { runtime: "bundled" } });
  });

  it("holds the packaged server against recorded predictions", async () => {
    const context = createTestToolContext();
    const rows = [{ income: 1000, housing: "rent" }];
    const right = await context.seedArtifact(JSON.stringify({ rows, predictions: [{ prediction: "yes" }] }));
    const wrong = await context.seedArtifact(JSON.stringify({ rows, predictions: [{ prediction: "no" }] }));
    expect((await packaged(context, { examples: right })).outcome).toMatchObject({
      ok: true,
      output: { checkedRows: 1 },
    });
    const refused = await packaged(createTestToolContext(), {});
    expect(refused.outcome.ok).toBe(true);
    expect((await packaged(context, { examples: wrong })).outcome).toMatchObject({
      ok: false,
      failure: { code: "invalid-input", message: expect.stringContaining("differs in row 0") },
    });
  });

  it("refuses, before anything is kept, what is no model", async () => {
    const context = createTestToolContext();
    const model = await context.seedArtifact('{"format":"something else"}');
    const tool = createPackageModel({ host: smallHost() });
    const outcome = await tool.run(tool.input.parse({ model }), context);
    expect(outcome).toMatchObject({ ok: false, failure: { code: "invalid-input" } });
    expect(!outcome.ok && outcome.failure.message).toContain("swarm-model/1 file is expected");
    expect(context.kept).toEqual([]);
  });

  it("fails as not-found for a digest that no artifact has", async () => {
    const tool = createPackageModel({ host: smallHost() });
    const outcome = await tool.run(tool.input.parse({ model: "a".repeat(64) }), createTestToolContext());
    expect(outcome).toMatchObject({ ok: false, failure: { code: "not-found" } });
  });

  it.each(["Upper", "-dash", "dash-", "under_score", "a".repeat(64), "../x"])(
    "refuses the name %s",
    (name) => {
      const parsed = createPackageModel().input.safeParse({ model: "a".repeat(64), name });
      expect(parsed.success).toBe(false);
    },
  );
});
