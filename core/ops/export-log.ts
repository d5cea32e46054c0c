import { readFile } from "node:fs/promises";
import type { Event, StreamRef } from "#core/contract/event.ts";
import type { PayloadStore } from "#core/contract/event-log.ts";
import { fail, ok, type Result } from "#core/contract/failure.ts";
import type { Sha256 } from "#core/contract/ids.ts";
import type { LogIntegrity } from "#core/contract/integrity.ts";
import type { Signer } from "#core/contract/signer.ts";
import { openCheckpoint } from "#core/events/checkpoint.ts";
import {
  formatVerifierKey,
  type VerifierKey,
  verifierKeyOf,
  verifierKeyPem,
} from "#core/events/checkpoint-key.ts";
import type { KeptCheckpoint } from "#core/events/checkpoint-sink.ts";
import { MerkleTree } from "#core/events/merkle-tree.ts";
import { encodeEntryBundle } from "#core/events/tiles-entries.ts";
import type { ExportTarget } from "#core/events/tiles-files.ts";
import { hashTilesOf, TILE_WIDTH, tilePath } from "#core/events/tiles-path.ts";
import { eventHashes } from "#core/events/verify-event-hashes.ts";
import { exportReadme } from "./export-readme.ts";
import { type RunEntry, writeRun } from "./export-run.ts";
import { ExportWriter } from "./export-writer.ts";

/**
 * A checker that goes out with every export, so that a reader needs Go and its transparency-log package but nothing
 * of Swarm.
 */
export const goChecker = new URL("./check.go", import.meta.url);

export interface LogToExport {
  integrity: LogIntegrity;
  payloads: Pick<PayloadStore, "key" | "read">;
  /** Signs the list of files; its key goes out first. */
  signer: Signer;
  /** Earlier keys of this log, for its earlier checkpoints. */
  earlierKeys?: readonly VerifierKey[];
  /** The signed note whose events go out: sign a new one first to have all. */
  checkpoint: string;
  /** Earlier checkpoints to hand out with it; later ones are left out. */
  checkpoints?: readonly KeptCheckpoint[];
  out: ExportTarget;
  /** Adds this stream's events, their proofs and the keys of their content. */
  stream?: StreamRef;
  /** Hands out the content of that stream too. */
  withContent?: boolean;
  /** False leaves the events of all other streams out; the tree stays checkable by its hashes. */
  withEntries?: boolean;
  signal?: AbortSignal;
}

export interface ExportSummary {
  size: number;
  root: Sha256;
  files: number;
  /** Events of the named stream; 0 without one. */
  streamEvents: number;
}

/**
 * Writes the log up to a signed checkpoint as files that outsiders check without Swarm: tiles and entries
 * (c2sp.org/tlog-tiles), checkpoints, public keys, for a stream its events with proofs, a README with the exact
 * commands, and a signed list of digests. Nothing shows at the target unless all of it is sound and written.
 *
 * Failures: `invalid-input` (checkpoint not signed by a known key, or of an empty log), `log-corrupt` (the log is
 * not what the checkpoint signed), `not-found` (no such stream up to there), those of the target's `commit`.
 */
export async function exportLog(options: LogToExport): Promise<Result<ExportSummary>> {
  try {
    const written = await writeExport(options);
    if (!written.ok) await options.out.discard();
    return written;
  } catch (error) {
    await options.out.discard();
    throw error;
  }
}

async function writeExport(options: LogToExport): Promise<Result<ExportSummary>> {
  const { signer, checkpoint, out, stream, payloads, withContent = false, withEntries = true } = options;
  const own = await verifierKeyOf(signer);
  if (!own.ok) return own;
  const keys: readonly [VerifierKey, ...VerifierKey[]] = [own.value, ...(options.earlierKeys ?? [])];
  const opened = openCheckpoint(checkpoint, keys);
  if (!opened.ok) return opened;
  const { origin, size, root } = opened.value;
  if (size === 0)
    return fail("invalid-input", "There is nothing to export: the checkpoint is of an empty log.");

  const writer = new ExportWriter(out);
  const read = await readEntries(options, { size, writer, withEntries });
  if (!read.ok) return read;
  const { tree, run } = read.value;
  if (tree.root() !== root) {
    return fail(
      "log-corrupt",
      `The log is not the one that the checkpoint of size ${size} signed. Run \`swarm log verify\`.`,
    );
  }
  if (stream !== undefined && run.length === 0) {
    return fail("not-found", `No event of ${stream.kind} ${stream.id} is among the first ${size}.`);
  }

  for (const tile of hashTilesOf(size)) {
    const level = Number(tile.level) * Math.log2(TILE_WIDTH);
    await writer.write(tilePath(tile), tree.nodes(level, tile.index * TILE_WIDTH, tile.width));
  }
  await writer.write("checkpoint", checkpoint);
  const earlier = await writeEarlier(options, { keys, tree, writer });
  if (!earlier.ok) return earlier;
  const keyFile = (key: VerifierKey) => `keys/${key.name}.${key.id}.pub.pem`;
  for (const key of keys) await writer.write(keyFile(key), verifierKeyPem(key));
  await writer.write("keys/verifier-keys.txt", keys.map((key) => `${formatVerifierKey(key)}\n`).join(""));
  if (stream !== undefined) {
    const content = await writeRun(run, { tree, checkpoint, payloads, withContent, writer });
    if (!content.ok) return content;
  }
  await writer.write("check.go", await readFile(goChecker, "utf8"));
  const [first, ...more] = keys;
  const readme = exportReadme({
    origin,
    size,
    keyFiles: [keyFile(first), ...more.map(keyFile)],
    hasEntries: withEntries,
    ...(stream === undefined
      ? {}
      : { run: { name: `${stream.kind} ${stream.id}`, events: run.length, hasContent: withContent } }),
  });
  await writer.write("README.txt", readme);
  const finished = await writer.finish(signer);
  return finished.ok ? ok({ size, root, files: finished.value.files, streamEvents: run.length }) : finished;
}

/** One pass over the events: bundles go out as they fill, the tree and the stream's own events stay. */
async function readEntries(
  { integrity, stream, signal }: LogToExport,
  { size, writer, withEntries }: { size: number; writer: ExportWriter; withEntries: boolean },
): Promise<Result<{ tree: MerkleTree; run: RunEntry[] }>> {
  const tree = new MerkleTree();
  const run: RunEntry[] = [];
  let bundle: Uint8Array[] = [];
  for await (const { position, event } of integrity.scan({ fromPosition: 0 })) {
    signal?.throwIfAborted();
    if (position !== tree.size || event === undefined) break;
    const { entry, leaf } = eventHashes(event);
    tree.append(leaf);
    if (isOf(event, stream)) run.push({ event, entry });
    bundle.push(new TextEncoder().encode(entry));
    if (bundle.length === TILE_WIDTH || tree.size === size) {
      const encoded = encodeEntryBundle(bundle);
      if (!encoded.ok) return encoded;
      const index = Math.floor((tree.size - 1) / TILE_WIDTH);
      if (withEntries)
        await writer.write(tilePath({ level: "entries", index, width: bundle.length }), encoded.value);
      bundle = [];
    }
    if (tree.size === size) return ok({ tree, run });
  }
  return fail("log-corrupt", `Position ${tree.size} of ${size} cannot be read. Run \`swarm log verify\`.`);
}

/** Earlier checkpoints go out only when they are what they seem: the export must not contradict itself. */
async function writeEarlier(
  { checkpoints = [] }: LogToExport,
  { keys, tree, writer }: { keys: readonly VerifierKey[]; tree: MerkleTree; writer: ExportWriter },
): Promise<Result<void>> {
  const seen = new Set<number>();
  for (const { name, note } of checkpoints) {
    const opened = openCheckpoint(note, keys);
    if (!opened.ok) return fail("log-corrupt", `checkpoint ${name}: ${opened.failure.message}`);
    const { size, root } = opened.value;
    if (size > tree.size || seen.has(size)) continue;
    if (tree.root(size) !== root) {
      return fail("log-corrupt", `The log contradicts checkpoint ${name}. Run \`swarm log verify\`.`);
    }
    seen.add(size);
    await writer.write(`checkpoints/${size}.checkpoint`, note);
  }
  return ok(undefined);
}

const isOf = ({ stream }: Event, wanted: StreamRef | undefined): boolean =>
  stream.kind === wanted?.kind && stream.id === wanted.id;
