import { fail, ok, type Result } from "#core/contract/failure.ts";
import { Sha256 } from "#core/contract/ids.ts";
import type { Signer } from "#core/contract/signer.ts";
import { decodeBase64, encodeBase64 } from "./checkpoint-base64.ts";
import { type VerifierKey, verifierKeyOf } from "./checkpoint-key.ts";
import { formatNote, openNote } from "./checkpoint-note.ts";

/** What a checkpoint says: the log of this name had this root when it had this many events. */
export interface Checkpoint {
  /** Names the log; the same as the name of the key that signs for it. */
  origin: string;
  size: number;
  root: Sha256;
}

/** The three lines of c2sp.org/tlog-checkpoint: origin, size, root in base64. */
export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${encodeBase64(Buffer.from(root, "hex"))}\n`;
}

/** Reads the signed text of a checkpoint; further lines (extensions) are allowed and passed over. */
export function parseCheckpoint(text: string): Result<Checkpoint> {
  const [origin, sizeText = "", rootText = "", ...rest] = text.split("\n");
  const size = /^(0|[1-9][0-9]*)$/.test(sizeText) ? Number(sizeText) : Number.NaN;
  const root = decodeBase64(rootText);
  const isComplete = rest.length > 0 && rest.at(-1) === "" && rest.slice(0, -1).every((line) => line !== "");
  if (!origin || !Number.isSafeInteger(size) || root?.byteLength !== 32 || !isComplete) {
    return fail(
      "invalid-input",
      "This is no checkpoint: its first three lines are name, size and root in base64.",
    );
  }
  return ok({ origin, size, root: Sha256.parse(Buffer.from(root).toString("hex")) });
}

/**
 * Signs a checkpoint as a note. The signer's key name is the origin. Checked without Swarm by
 *
 *     sed '/^$/,$d' checkpoint > body
 *     tail -n 1 checkpoint | cut -d ' ' -f 3 | base64 -d | tail -c 64 > signature
 *     openssl pkeyutl -verify -pubin -inkey key.pub.pem -rawin -in body -sigfile signature
 */
export async function signedCheckpoint(
  tree: { size: number; root: Sha256 },
  signer: Signer,
): Promise<Result<string>> {
  const key = await verifierKeyOf(signer);
  if (!key.ok) return key;
  const text = formatCheckpoint({ origin: signer.keyName, size: tree.size, root: tree.root });
  const signature = await signer.sign(new TextEncoder().encode(text));
  return ok(formatNote({ text, signatures: [{ keyName: key.value.name, keyId: key.value.id, signature }] }));
}

/**
 * Reads a checkpoint whose signature was made by one of the keys, for the log that the key speaks for. Failure
 * `invalid-input` says whether the form, the signature, the key or the log is wrong.
 */
export function openCheckpoint(note: string, keys: readonly VerifierKey[]): Result<Checkpoint> {
  const opened = openNote(note, keys);
  if (!opened.ok) return opened;
  const checkpoint = parseCheckpoint(opened.value.text);
  if (!checkpoint.ok) return checkpoint;
  const { origin } = checkpoint.value;
  if (!opened.value.signedBy.some((key) => key.name === origin)) {
    return fail(
      "invalid-input",
      `This is a checkpoint of the log ${origin}, which none of its valid signatures speaks for.`,
    );
  }
  return checkpoint;
}
