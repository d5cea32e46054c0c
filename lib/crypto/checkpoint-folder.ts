import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fail, ok } from "#core/contract/failure.ts";
import {
  type CheckpointSink,
  type KeptCheckpoint,
  SignerPlace,
  type SignerPlaceStore,
} from "#core/events/checkpoint-sink.ts";
import { hasCode } from "./has-code.ts";
import { writeOnce, writeWhole } from "./write-once.ts";

const CHECKPOINT = /^([0-9]+)\.checkpoint$/;

/**
 * Keeps checkpoints in a folder: `<size>.checkpoint`, read-only and never written twice, and `latest`, a copy of
 * the largest. One folder for one log. Worth most on a disk or mount that the database's owner may only add to.
 */
export function createCheckpointFolder(folder: string): CheckpointSink {
  return {
    name: folder,
    async write({ size, note }) {
      const path = join(folder, `${size}.checkpoint`);
      try {
        if (!(await writeOnce(path, note, 0o444)) && (await readFile(path, "utf8")) !== note) {
          return fail("conflict", `${path} holds another checkpoint of the same size; it is left as it is.`);
        }
        const [largest] = (await sizesIn(folder)).slice(-1);
        if (largest === size) await writeWhole(join(folder, "latest"), note, 0o644);
        return ok(undefined);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        return fail("storage-failed", `The checkpoint cannot be written to ${folder}: ${reason}`, {
          retryable: true,
        });
      }
    },
    async read() {
      const kept: KeptCheckpoint[] = [];
      for (const size of await sizesIn(folder)) {
        const name = join(folder, `${size}.checkpoint`);
        kept.push({ name, note: await readFile(name, "utf8") });
      }
      return kept;
    },
  };
}

/** Keeps the signer's place in one JSON file, replaced as a whole. */
export function createSignerPlaceFile(path: string): SignerPlaceStore {
  return {
    async load() {
      try {
        const parsed = SignerPlace.safeParse(JSON.parse(await readFile(path, "utf8")));
        return parsed.success ? parsed.data : undefined;
      } catch (error) {
        // Lost or cut: the log is read from its start instead.
        if (hasCode(error, "ENOENT") || error instanceof SyntaxError) return undefined;
        throw error;
      }
    },
    save: (place) => writeWhole(path, `${JSON.stringify(place)}\n`, 0o600),
  };
}

/** Sizes of the checkpoints in a folder, ascending. */
async function sizesIn(folder: string): Promise<number[]> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return [];
    throw error;
  }
  return names
    .flatMap((name) => {
      const size = CHECKPOINT.exec(name)?.[1];
      return size === undefined ? [] : [Number(size)];
    })
    .sort((left, right) => left - right);
}
