import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { Artifact } from "#core/contract/artifact.ts";
import { createTestToolContext, type TestToolContext } from "#core/testing/tool-context.ts";
import { createInProcessCompute } from "#tools/engine/in-process-compute.testing.ts";

/** A context whose artifacts lie as files under their names, as they do in a run's folder. */
export interface RunFolder {
  path: string;
  context: TestToolContext;
  remove(): Promise<void>;
}

/** Large contents are streamed, so that the time and the pauses measured around a tool are the tool's own. */
export async function createRunFolder(
  options: Parameters<typeof createTestToolContext>[0] = {},
): Promise<RunFolder> {
  const base = createTestToolContext({ compute: createInProcessCompute(), ...options });
  const root = await mkdtemp(join(tmpdir(), "swarm-packaging-"));
  const path = join(root, "run");
  const scratch = join(root, "scratch");
  await mkdir(path);
  await mkdir(scratch);
  const kept: Artifact[] = [];
  const read = async (sha256: string): Promise<Uint8Array> => {
    const known = kept.find((artifact) => artifact.sha256 === sha256);
    return known === undefined ? base.artifacts.read(sha256) : readFile(join(path, known.name));
  };
  const context: TestToolContext = {
    ...base,
    kept,
    artifacts: {
      ...base.artifacts,
      scratch: async () => scratch,
      async put({ name, kind, mediaType, content, inputs }) {
        const file = join(path, name);
        await mkdir(dirname(file), { recursive: true });
        const hash = createHash("sha256");
        let bytes = 0;
        if (typeof content === "string" || content instanceof Uint8Array) {
          await writeFile(file, content);
          hash.update(content);
          bytes = Buffer.byteLength(content);
        } else {
          const source = createReadStream(content.path, { highWaterMark: 1 << 20 });
          source.on("data", (chunk) => {
            hash.update(chunk);
            bytes += chunk.length;
          });
          await pipeline(source, createWriteStream(file));
        }
        const artifact = Artifact.parse({ sha256: hash.digest("hex"), kind, name, mediaType, bytes, inputs });
        kept.push(artifact);
        return artifact;
      },
      read,
      readJson: async (sha256) => JSON.parse(new TextDecoder().decode(await read(sha256))) as unknown,
    },
  };
  return { path, context, remove: () => rm(root, { recursive: true, force: true }) };
}
