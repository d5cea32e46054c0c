import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PackageFact } from "#tools/facts.ts";
import { createPackageModel } from "#tools/deployment/package-model.ts";
import { sampleModels } from "#tools/deployment/sample-model.testing.ts";
import { hasOutsideTool, runOutside } from "./outside-tool.ts";
import { createRunFolder, type RunFolder } from "./run-folder.ts";
import { type ServingProcess, startServing } from "./serving-process.ts";

const hasSkopeo = await hasOutsideTool("skopeo", ["--version"], "apt-get install skopeo");
const hasOpenssl = await hasOutsideTool("openssl", ["version"], "apt-get install openssl");
const hasTar = await hasOutsideTool("tar", ["--version"], "apt-get install tar");
const canChroot = process.platform === "linux" && process.getuid?.() === 0;

interface Descriptor {
  digest: string;
  size: number;
}

async function packageInto(folder: RunFolder) {
  const model = await folder.context.seedArtifact(JSON.stringify(sampleModels.binary));
  const tool = createPackageModel();
  const outcome = await tool.run(tool.input.parse({ model, name: "credit" }), folder.context);
  if (!outcome.ok) throw new Error(outcome.failure.message);
  return { fact: PackageFact.parse(outcome.facts?.package) };
}

async function readLayout(folder: RunFolder) {
  const blobPath = (descriptor: Descriptor) =>
    join(folder.path, "image/blobs", descriptor.digest.replace(":", "/"));
  // The image specification gives these documents their shape.
  const json = async (path: string) => JSON.parse(await readFile(path, "utf8")) as never;
  const index: { manifests: Descriptor[] } = await json(join(folder.path, "image/index.json"));
  const [entry] = index.manifests;
  if (entry === undefined) throw new Error("the index names no manifest");
  const manifest: { layers: Descriptor[] } = await json(blobPath(entry));
  return { digest: entry.digest, layers: manifest.layers.map(blobPath) };
}

const post = (url: string, body: unknown) =>
  fetch(url, { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body) });

describe("a packaged model", () => {
  let folder: RunFolder;
  let made: Awaited<ReturnType<typeof packageInto>>;
  let unpacked: string;

  beforeAll(async () => {
    folder = await createRunFolder();
    made = await packageInto(folder);
    unpacked = await mkdtemp(join(tmpdir(), "swarm-image-"));
  });
  afterAll(async () => {
    await folder.remove();
    await rm(unpacked, { recursive: true, force: true });
  });

  it.skipIf(!hasSkopeo)("is an image layout that skopeo reads and copies", async () => {
    const source = `oci:${join(folder.path, "image")}`;
    const inspected = await runOutside("skopeo", ["inspect", source]);
    expect(inspected.stderr).toBe("");
    expect(JSON.parse(inspected.stdout)).toMatchObject({
      Digest: made.fact.image,
      Os: "linux",
      Labels: { "swarm.model.sha256": made.fact.model },
    });
    const config = await runOutside("skopeo", ["inspect", "--config", source]);
    expect(JSON.parse(config.stdout)).toMatchObject({ config: { User: "10001:10001" } });
    const copied = await runOutside("skopeo", [
      "copy",
      "--preserve-digests",
      source,
      `oci:${join(unpacked, "copy")}:latest`,
    ]);
    expect(copied).toMatchObject({ code: 0 });
  });

  it.skipIf(!hasSkopeo)("loses skopeo's trust when one byte of a layer is flipped", async () => {
    const broken = join(unpacked, "broken");
    await runOutside("cp", ["-r", join(folder.path, "image"), broken]);
    const { layers } = await readLayout(folder);
    const blob = join(broken, (layers.at(-1) ?? "").slice(join(folder.path, "image").length));
    const bytes = await readFile(blob);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    await writeFile(blob, bytes);
    const copied = await runOutside("skopeo", [
      "copy",
      `oci:${broken}`,
      `oci:${join(unpacked, "other")}:latest`,
    ]);
    expect(copied.code).not.toBe(0);
  });

  it("comes out byte for byte the same a second time", async () => {
    const second = await createRunFolder({ seed: 1 });
    const again = await packageInto(second);
    const listing = (one: RunFolder) =>
      one.context.kept
        .filter((artifact) => artifact.kind !== "signature")
        .map(({ name, sha256 }) => [name, sha256]);
    expect(listing(second)).toEqual(listing(folder));
    expect(again.fact.image).toBe(made.fact.image);
    await second.remove();
  });

  it.skipIf(!hasOpenssl)(
    "has a manifest that openssl verifies, and a flipped byte anywhere fails",
    async () => {
      const verify = (manifest: string) =>
        runOutside(
          "openssl",
          // As printed in the audit report.
          ["pkeyutl", "-verify", "-pubin", "-inkey", "signing-key.pem", "-rawin", "-in", manifest].concat([
            "-sigfile",
            "manifest.json.sig",
          ]),
          { cwd: folder.path },
        );
      expect(await verify("manifest.json")).toMatchObject({
        code: 0,
        stdout: expect.stringContaining("Signature Verified Successfully"),
      });
      const bytes = await readFile(join(folder.path, "manifest.json"));
      for (let at = 0; at < bytes.length; at += Math.ceil(bytes.length / 20)) {
        const flipped = Uint8Array.from(bytes);
        flipped[at] = (flipped[at] ?? 0) ^ 1;
        await writeFile(join(folder.path, "flipped.json"), flipped);
        expect((await verify("flipped.json")).code).not.toBe(0);
      }
    },
  );

  it("has a manifest with the true digest of every file in the folder", async () => {
    const manifest = JSON.parse(await readFile(join(folder.path, "manifest.json"), "utf8")) as {
      files: { path: string; sha256: string; bytes: number }[];
    };
    for (const file of manifest.files) {
      const bytes = await readFile(join(folder.path, file.path));
      expect(createHash("sha256").update(bytes).digest("hex")).toBe(file.sha256);
      expect(bytes.byteLength).toBe(file.bytes);
    }
    const unlisted = ["manifest.json", "manifest.json.sig", "signing-key.pem"];
    expect(manifest.files).toHaveLength(folder.context.kept.length - unlisted.length);
  });

  describe.skipIf(!hasTar)("whose app layer is unpacked and started with Node", () => {
    let server: ServingProcess;
    let app: string;

    beforeAll(async () => {
      app = join(unpacked, "app-only");
      await mkdir(app);
      const { layers } = await readLayout(folder);
      await runOutside("tar", ["-xzf", layers.at(-1) ?? "", "-C", app]);
      server = await startServing([process.execPath, join(app, "app/serving/serve.ts")], { cwd: app });
    });
    afterAll(() => server.stop());

    it("answers /health with the packaged model's digest", async () => {
      const health = await fetch(`${server.url}/health`);
      expect(await health.json()).toEqual({
        status: "ok",
        model: { name: "credit", digest: `sha256:${made.fact.model}` },
      });
    });

    it("predicts", async () => {
      const answer = await post(`${server.url}/predict`, {
        rows: [{ income: 1000, housing: "rent" }, { income: 9000 }],
      });
      expect(await answer.json()).toMatchObject({
        predictions: [{ prediction: "yes" }, { prediction: "no" }],
      });
    });

    it("speaks the Open Inference Protocol", async () => {
      const answer = await post(`${server.url}/v2/models/credit/infer`, {
        inputs: [
          { name: "income", datatype: "FP64", shape: [2], data: [1000, 9000] },
          { name: "housing", datatype: "BYTES", shape: [2], data: ["rent", "own"] },
        ],
      });
      expect(await answer.json()).toMatchObject({
        model_name: "credit",
        outputs: [{ name: "prediction", datatype: "BYTES", shape: [2], data: ["yes", "no"] }, {}, {}],
      });
    });

    it("counts what it did", async () => {
      const text = await (await fetch(`${server.url}/metrics`)).text();
      expect(text).toContain('swarm_serve_requests_total{route="/predict",status="200"} 1');
      expect(text).toContain("swarm_serve_predictions_total 4");
    });

    it("refuses a body beyond the limit whether its length is announced or not", async () => {
      const small = await startServing([process.execPath, join(app, "app/serving/serve.ts")], {
        env: { MAX_BODY_BYTES: "1000" },
      });
      const large = JSON.stringify({ rows: [{ housing: "x".repeat(2000) }] });
      expect((await post(`${small.url}/predict`, large)).status).toBe(413);
      const chunked = await fetch(`${small.url}/predict`, {
        method: "POST",
        body: new Blob([large]).stream(),
        duplex: "half",
      });
      expect(chunked.status).toBe(413);
      expect((await fetch(`${small.url}/health`)).status).toBe(200);
      expect(await small.stop()).toBe(0);
    });

    it("writes no row into its log", async () => {
      await post(`${server.url}/predict`, { rows: [{ housing: "secret-street-5", "secret-field": 1 }] });
      await fetch(`${server.url}/secret-path?name=secret-name`);
      expect(server.log.length).toBeGreaterThan(3);
      expect(JSON.stringify(server.log)).not.toContain("secret");
    });

    it("finishes what is under way and ends with 0 on SIGTERM", async () => {
      const own = await startServing([process.execPath, join(app, "app/serving/serve.ts")], {
        env: { DRAIN_SECONDS: "1" },
      });
      const ended = own.stop();
      await expect.poll(async () => (await fetch(`${own.url}/v2/health/ready`)).status).toBe(503);
      expect((await post(`${own.url}/predict`, { rows: [{}] })).status).toBe(200);
      expect(await ended).toBe(0);
      expect(own.log.map((entry) => entry.event)).toEqual(expect.arrayContaining(["stopping", "stopped"]));
    });

    it("does not start with a model of which one byte was changed", async () => {
      const broken = join(unpacked, "changed");
      await runOutside("cp", ["-r", app, broken]);
      const file = join(broken, "app/model.json");
      await runOutside("chmod", ["u+w", file]);
      await writeFile(file, `${await readFile(file, "utf8")} `);
      await expect(startServing([process.execPath, join(broken, "app/serving/serve.ts")])).rejects.toThrow(
        /ended with 1: .*was packaged/s,
      );
    });
  });

  it.skipIf(!hasTar || !canChroot)("runs from its own layers alone, as its own user", async () => {
    const root = join(unpacked, "root");
    await mkdir(root);
    const { layers } = await readLayout(folder);
    for (const layer of layers) await runOutside("tar", ["-xzpf", layer, "-C", root]);
    const { Entrypoint, User, Env } = await imageConfig(folder);
    const env = Object.fromEntries(
      Env.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]),
    );
    const server = await startServing(["chroot", `--userspec=${User}`, root, ...Entrypoint], { env });
    const answer = await post(`${server.url}/predict`, { rows: [{ income: 1000, housing: "rent" }] });
    expect(await answer.json()).toMatchObject({ predictions: [{ prediction: "yes" }] });
    const status = await readFile(`/proc/${server.child.pid}/status`, "utf8");
    expect(status).toMatch(/^Uid:\s+10001\s+10001/m);
    expect(await server.stop()).toBe(0);
  });
});

async function imageConfig(folder: RunFolder) {
  for (const { name, mediaType } of folder.context.kept) {
    if (!name.startsWith("image/blobs/") || mediaType !== "application/json") continue;
    const document = JSON.parse(await readFile(join(folder.path, name), "utf8")) as {
      config?: { Entrypoint?: string[]; User: string; Env: string[] };
    };
    if (document.config?.Entrypoint !== undefined)
      return { ...document.config, Entrypoint: document.config.Entrypoint };
  }
  throw new Error("the layout holds no configuration");
}
