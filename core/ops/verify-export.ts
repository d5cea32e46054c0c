import { Sha256 } from "#core/contract/ids.ts";
import { type Checkpoint, openCheckpoint } from "#core/events/checkpoint.ts";
import { isSignedBy, parseVerifierKey, type VerifierKey } from "#core/events/checkpoint-key.ts";
import type { KeptCheckpoint } from "#core/events/checkpoint-sink.ts";
import { sha256 } from "#core/events/hash.ts";
import { EMPTY_ROOT } from "#core/events/merkle-hash.ts";
import { MerkleTree } from "#core/events/merkle-tree.ts";
import type { ExportSource } from "#core/events/tiles-files.ts";
import { hashTilesOf, TILE_WIDTH, tilePath } from "#core/events/tiles-path.ts";
import { exportIntegrity } from "./export-integrity.ts";
import { EVENTS_FILE } from "./export-run.ts";
import { parseSums, SUMS_FILE, SUMS_SIGNATURE_FILE } from "./export-writer.ts";
import { openCheckpoints } from "./known-checkpoints.ts";
import type { LogFault, LogFinding } from "./log-finding.ts";
import { RootClaims } from "./root-claims.ts";
import { verifyExportedRun } from "./verify-exported-run.ts";
import { type LogReport, verifyLog } from "./verify-log.ts";

export interface ExportToVerify {
  source: ExportSource;
  /** Keys that the reader trusts. Without them the export's own count, which shows only that it is whole. */
  keys?: readonly VerifierKey[];
  /** A checkpoint that the reader kept: the export has to hold at least what it speaks of. */
  since?: string;
  signal?: AbortSignal;
}

export type ExportReport = LogReport & { keysFrom: "reader" | "export" };

const NOTHING = { events: 0, size: 0, head: EMPTY_ROOT, checkpoints: 0 };

/**
 * Checks an export with nothing but its files: entries, chains and tree against the checkpoints, the exported
 * stream with its proofs and content, the tiles, and every file against the signed list. Names the first bad event
 * where one is bad, else the file.
 */
export async function verifyExport({ source, keys, since, signal }: ExportToVerify): Promise<ExportReport> {
  const keysFrom = keys === undefined ? "export" : "reader";
  const known = keys ?? (await exportedKeys(source));
  const note = await readText(source, "checkpoint");
  if (note === undefined)
    return { ok: false, ...NOTHING, keysFrom, firstBad: fileFinding("file-missing", "checkpoint") };
  const opened = openCheckpoint(note, known);
  if (!opened.ok) {
    const firstBad: LogFinding = {
      position: 0,
      fault: "checkpoint-signature",
      detail: opened.failure.message,
    };
    return { ok: false, ...NOTHING, keysFrom, firstBad };
  }
  const listed = await listedFiles(source);
  const checkpoints = [{ name: "checkpoint", note }, ...(await otherCheckpoints(source, listed))];
  const signed = { checkpoint: opened.value, note };

  const run = isPartOf(listed, EVENTS_FILE)
    ? await verifyExportedRun(source, signed, isPartOf(listed, "run/payloads/"))
    : { events: [] };
  const stream = run.events[0]?.stream;
  const report = isPartOf(listed, "tile/entries/")
    ? await verifyLog({
        integrity: exportIntegrity(source, signed.checkpoint.size),
        keys: known,
        checkpoints,
        ...(since === undefined ? {} : { since }),
        ...(stream === undefined ? {} : { stream }),
        ...(signal === undefined ? {} : { signal }),
      })
    : await verifyTilesOnly(source, {
        signed: signed.checkpoint,
        keys: known,
        checkpoints,
        since,
        events: run.events.length,
      });
  if (!report.ok) return { ...report, keysFrom };
  const last = run.events.at(-1);
  const firstBad =
    run.finding ??
    (report.chainHead !== undefined && report.chainHead !== last?.hash
      ? fileFinding("file-mismatch", EVENTS_FILE, "does not hold all events of its stream")
      : undefined) ??
    (await checkSums(source, known)) ??
    (await checkTiles(source, signed.checkpoint));
  const { ok: _ok, ...checked } = report;
  const whole = last === undefined ? checked : { ...checked, chainHead: last.hash };
  return firstBad === undefined
    ? { ok: true, ...whole, keysFrom }
    : { ok: false, ...whole, keysFrom, firstBad };
}

/** Without entries the tree stands on its leaf hashes; what they hash is shown for the exported stream only. */
async function verifyTilesOnly(
  source: ExportSource,
  more: {
    signed: Checkpoint;
    keys: readonly VerifierKey[];
    checkpoints: readonly KeptCheckpoint[];
    since: string | undefined;
    events: number;
  },
): Promise<LogReport> {
  const { signed, keys, checkpoints, since, events } = more;
  const tree = await treeFromTiles(source, signed.size);
  if (!(tree instanceof MerkleTree)) return { ok: false, ...NOTHING, firstBad: tree };
  const kept =
    since === undefined ? checkpoints : [...checkpoints, { name: "kept by the reader", note: since }];
  const { claims, refused } = openCheckpoints(kept, keys);
  const roots = new RootClaims(claims);
  const [refusal] = refused;
  const firstBad =
    roots.reached(tree) ??
    roots.beyond(tree.size) ??
    (refusal === undefined
      ? undefined
      : { position: 0, fault: "checkpoint-signature" as const, detail: refusal });
  const checked = { events, size: tree.size, head: tree.root(), checkpoints: roots.checked };
  return firstBad === undefined ? { ok: true, ...checked } : { ok: false, ...checked, firstBad };
}

/** The tiles have to be those of the signed tree, at every level. */
async function checkTiles(source: ExportSource, { size, root }: Checkpoint): Promise<LogFinding | undefined> {
  const tree = await treeFromTiles(source, size);
  if (!(tree instanceof MerkleTree)) return tree;
  if (tree.root() !== root)
    return fileFinding("file-mismatch", "tile/0", "holds leaves that do not give the signed root");
  for (const tile of hashTilesOf(size)) {
    const level = Number(tile.level) * Math.log2(TILE_WIDTH);
    const expected = tree.nodes(level, tile.index * TILE_WIDTH, tile.width);
    const found = await source.read(tilePath(tile));
    if (found === undefined) return fileFinding("file-missing", tilePath(tile));
    if (!Buffer.from(expected).equals(found))
      return fileFinding("file-mismatch", tilePath(tile), "is not of this tree");
  }
  return undefined;
}

async function treeFromTiles(source: ExportSource, size: number): Promise<MerkleTree | LogFinding> {
  const tree = new MerkleTree();
  for (const tile of hashTilesOf(size).filter(({ level }) => level === 0)) {
    const path = tilePath(tile);
    const content = await source.read(path);
    if (content === undefined) return { ...fileFinding("file-missing", path), position: tree.size };
    if (content.byteLength !== tile.width * 32) {
      return { ...fileFinding("file-mismatch", path, "has the wrong length"), position: tree.size };
    }
    for (let offset = 0; offset < content.length; offset += 32) {
      tree.append(Sha256.parse(Buffer.from(content.subarray(offset, offset + 32)).toString("hex")));
    }
  }
  return tree;
}

/** Every listed file against its digest, and the list against its signature. */
async function checkSums(
  source: ExportSource,
  keys: readonly VerifierKey[],
): Promise<LogFinding | undefined> {
  const list = await source.read(SUMS_FILE);
  const signature = await source.read(SUMS_SIGNATURE_FILE);
  if (list === undefined) return fileFinding("file-missing", SUMS_FILE);
  if (signature === undefined) return fileFinding("file-missing", SUMS_SIGNATURE_FILE);
  if (!keys.some((key) => isSignedBy(key, list, signature))) {
    return fileFinding("file-mismatch", SUMS_FILE, "is not signed by a known key");
  }
  const sums = parseSums(Buffer.from(list).toString());
  if (!sums.ok) return fileFinding("file-mismatch", SUMS_FILE, sums.failure.message);
  for (const [path, digest] of sums.value) {
    const content = await source.read(path);
    if (content === undefined) return fileFinding("file-missing", path);
    if (sha256(content) !== digest) return fileFinding("file-mismatch", path, "was changed after the export");
  }
  return undefined;
}

/** What the list says is there; an unreadable list is a finding of checkSums. */
async function listedFiles(source: ExportSource): Promise<readonly string[]> {
  const sums = parseSums((await readText(source, SUMS_FILE)) ?? "");
  return sums.ok ? [...sums.value.keys()] : [];
}

async function otherCheckpoints(source: ExportSource, listed: readonly string[]): Promise<KeptCheckpoint[]> {
  const kept: KeptCheckpoint[] = [];
  for (const name of listed.filter((path) => path.startsWith("checkpoints/"))) {
    const note = await readText(source, name);
    if (note !== undefined) kept.push({ name, note });
  }
  return kept;
}

async function exportedKeys(source: ExportSource): Promise<VerifierKey[]> {
  const lines = ((await readText(source, "keys/verifier-keys.txt")) ?? "").split("\n");
  return lines.flatMap((line) => {
    const key = parseVerifierKey(line);
    return key.ok ? [key.value] : [];
  });
}

async function readText(source: ExportSource, path: string): Promise<string | undefined> {
  const content = await source.read(path);
  return content === undefined ? undefined : Buffer.from(content).toString();
}

const isPartOf = (listed: readonly string[], path: string): boolean =>
  listed.some((one) => one.startsWith(path));

const fileFinding = (fault: LogFault, path: string, what = "is missing"): LogFinding => ({
  position: 0,
  fault,
  detail: `${path} ${what}`,
});
