import { rmSync } from "node:fs";
import { mkdtemp, readFile, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll } from "vitest";
import { Artifact } from "#core/contract/artifact.ts";
import type { ComputePool } from "#core/contract/compute.ts";
import type { ExperimentTracker } from "#core/contract/experiment-tracker.ts";
import { FailureError, failure } from "#core/contract/failure.ts";
import type { RunRecord } from "#core/contract/run-record.ts";
import type { ToolContext, ToolSettings } from "#core/contract/tool-definition.ts";
import type { TrainingBackend } from "#core/contract/training-backend.ts";
import { sha256 } from "#core/events/hash.ts";
import { sampleEnvironment } from "./sample-environment.ts";
import { createTestSigner } from "./test-signer.ts";

/** A context for the unit test of one tool: artifacts in memory, files in a fresh folder, a throw-away key. */
export interface TestToolContext extends ToolContext {
  /** What the tool kept, in order. */
  readonly kept: Artifact[];
  /** Bytes kept under a name. */
  bytesOf(name: string): Uint8Array;
  /** Puts bytes in the store as if an earlier step had made them. */
  seedArtifact(bytes: Uint8Array | string): Promise<string>;
}

const noPool: ComputePool = {
  run: () => Promise.reject(new Error("this test gave no compute pool")),
  close: () => Promise.resolve(),
};

/** Contexts live as long as their tests please; what they left goes with the last test of the file. */
const scratchFolders = new Set<string>();
const cleanUp = (): void => {
  for (const path of scratchFolders) rmSync(path, { recursive: true, force: true });
};
// Benchmarks use contexts too, without the test runner.
if (process.env["VITEST"] === undefined) process.once("exit", cleanUp);
else afterAll(cleanUp);

export function createTestToolContext(
  options: {
    run?: RunRecord;
    compute?: ComputePool;
    backends?: readonly TrainingBackend[];
    tracker?: ExperimentTracker;
    signal?: AbortSignal;
    seed?: number;
    settings?: Partial<ToolSettings>;
  } = {},
): TestToolContext {
  const store = new Map<string, Uint8Array>();
  const kept: Artifact[] = [];
  let folder: Promise<string> | undefined;
  const scratch = () => {
    folder ??= mkdtemp(join(tmpdir(), "swarm-tool-test-")).then((path) => {
      scratchFolders.add(path);
      return path;
    });
    return folder;
  };
  const read = async (digest: string): Promise<Uint8Array> => {
    const bytes = store.get(digest);
    if (bytes === undefined) throw new FailureError(failure("not-found", `no artifact ${digest}`));
    return bytes;
  };
  const remember = (bytes: Uint8Array) => {
    const digest = sha256(bytes);
    store.set(digest, bytes);
    return digest;
  };
  return {
    run: options.run,
    callId: "call_000001",
    agent: undefined,
    attempt: 1,
    idempotencyKey: "test-key",
    seed: options.seed ?? 7,
    signal: options.signal ?? new AbortController().signal,
    documentTime: "2026-01-01T00:00:00.000Z",
    settings: { fairnessLimit: 0.1, driftLimit: 0.25, ...options.settings },
    environment: () => Promise.resolve(sampleEnvironment()),
    compute: options.compute ?? noPool,
    backends: options.backends ?? [],
    tracker: options.tracker,
    signer: createTestSigner(),
    progress: () => undefined,
    kept,
    bytesOf(name) {
      const artifact = kept.find((one) => one.name === name);
      const bytes = artifact === undefined ? undefined : store.get(artifact.sha256);
      if (bytes === undefined) throw new Error(`nothing was kept as ${name}`);
      return bytes;
    },
    seedArtifact: async (bytes) =>
      remember(typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes),
    artifacts: {
      read,
      readJson: async (digest) => JSON.parse(new TextDecoder().decode(await read(digest))) as unknown,
      async path(digest) {
        const file = join(await scratch(), digest);
        await writeFile(file, await read(digest));
        return file;
      },
      async put({ name, kind, mediaType, content, inputs }) {
        const bytes =
          typeof content === "string"
            ? new TextEncoder().encode(content)
            : content instanceof Uint8Array
              ? content
              : await readFile(content.path);
        const artifact = Artifact.parse({
          sha256: remember(bytes),
          kind,
          name,
          mediaType,
          bytes: bytes.byteLength,
          inputs,
        });
        kept.push(artifact);
        return artifact;
      },
      async importFile(path) {
        await stat(path).catch((cause: unknown) => {
          throw new FailureError(failure("not-found", `no file ${basename(path)}`), { cause });
        });
        const bytes = new Uint8Array(await readFile(path));
        return { sha256: remember(bytes), bytes: bytes.byteLength, path };
      },
      scratch,
    },
  };
}
