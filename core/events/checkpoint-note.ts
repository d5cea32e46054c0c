import { fail, ok, type Result } from "#core/contract/failure.ts";
import { decodeBase64, encodeBase64 } from "./checkpoint-base64.ts";
import { isSignedBy, type VerifierKey } from "./checkpoint-key.ts";

const MAX_NOTE_LENGTH = 100_000;
const MAX_SIGNATURES = 100;
/** Control characters other than the newline have no place in a note. */
const CONTROL = /[^\P{Cc}\n]/u;

/** One signature line. `keyId` is the first 4 bytes in hex, `signature` the rest. */
interface NoteSignature {
  keyName: string;
  keyId: string;
  signature: Uint8Array;
}

/** A C2SP signed note taken apart; nothing in it is checked yet. */
export interface SignedNote {
  /** What is signed, its last newline included. */
  text: string;
  signatures: NoteSignature[];
}

/** The note as it is written to a file: text, empty line, a line for each signature. */
export function formatNote({ text, signatures }: SignedNote): string {
  const lines = signatures.map(({ keyName, keyId, signature }) => {
    const bytes = Buffer.concat([Buffer.from(keyId, "hex"), signature]);
    return `— ${keyName} ${encodeBase64(bytes)}\n`;
  });
  return `${text}\n${lines.join("")}`;
}

/** Takes a signed note apart. Failure `invalid-input` when it does not have the form of c2sp.org/signed-note. */
export function parseNote(note: string): Result<SignedNote> {
  const malformed = (why: string) => fail("invalid-input", `This is no signed note: ${why}.`);
  if (note.length > MAX_NOTE_LENGTH) return malformed(`it is longer than ${MAX_NOTE_LENGTH} characters`);
  if (!note.isWellFormed() || CONTROL.test(note)) return malformed("it holds control characters");
  const split = note.lastIndexOf("\n\n");
  if (split < 0) return malformed("no empty line stands between text and signatures");
  const text = note.slice(0, split + 1);
  const block = note.slice(split + 2);
  if (!block.endsWith("\n")) return malformed("its last line has no end");
  const lines = block.slice(0, -1).split("\n");
  if (lines.length > MAX_SIGNATURES) return malformed(`it has more than ${MAX_SIGNATURES} signatures`);
  const signatures: NoteSignature[] = [];
  for (const line of lines) {
    const [dash, keyName, encoded, ...rest] = line.split(" ");
    const bytes = decodeBase64(encoded ?? "");
    if (dash !== "—" || !keyName || rest.length > 0 || bytes === undefined || bytes.byteLength < 5) {
      return malformed(`${JSON.stringify(line.slice(0, 80))} is no signature line`);
    }
    signatures.push({
      keyName,
      keyId: Buffer.from(bytes.subarray(0, 4)).toString("hex"),
      signature: bytes.subarray(4),
    });
  }
  return ok({ text, signatures });
}

/**
 * The text of a note together with the known keys that signed it. Signatures of unknown keys are passed over; a
 * wrong signature of a known key spoils the whole note, and so does the lack of any known one (`invalid-input`).
 */
export function openNote(
  note: string,
  keys: readonly VerifierKey[],
): Result<{ text: string; signedBy: VerifierKey[] }> {
  const parsed = parseNote(note);
  if (!parsed.ok) return parsed;
  const { text, signatures } = parsed.value;
  const message = new TextEncoder().encode(text);
  const signedBy: VerifierKey[] = [];
  for (const { keyName, keyId, signature } of signatures) {
    const key = keys.find((one) => one.name === keyName && one.id === keyId);
    if (key === undefined) continue;
    if (!isSignedBy(key, message, signature)) {
      return fail(
        "invalid-input",
        `The signature of ${keyName}+${keyId} does not fit the text: one of them was changed.`,
      );
    }
    signedBy.push(key);
  }
  if (signedBy.length === 0) {
    const names = signatures.map(({ keyName, keyId }) => `${keyName}+${keyId}`).join(", ");
    const known = keys.map(({ name, id }) => `${name}+${id}`).join(", ") || "none";
    return fail("invalid-input", `Signed by ${names}, but the known keys are: ${known}.`);
  }
  return ok({ text, signedBy });
}
