import { fail, ok, type Result } from "#core/contract/failure.ts";
import { Sha256 } from "#core/contract/ids.ts";
import { decodeBase64, encodeBase64 } from "./checkpoint-base64.ts";

const HEADER = "c2sp.org/tlog-proof@v1";

/** One event's place in a signed tree, complete in itself: index, audit path and checkpoint. */
export interface EventProof {
  /** Position of the event. */
  index: number;
  /** The leaf's sibling first. */
  proof: readonly Sha256[];
  /** The signed note. */
  checkpoint: string;
}

/** The text form of c2sp.org/tlog-proof. */
export function formatEventProof({ index, proof, checkpoint }: EventProof): string {
  const lines = proof.map((hash) => `${encodeBase64(Buffer.from(hash, "hex"))}\n`);
  return `${HEADER}\nindex ${index}\n${lines.join("")}\n${checkpoint}`;
}

/** Reads a tlog-proof. Failure `invalid-input`; nothing is checked against a root yet. */
export function parseEventProof(text: string): Result<EventProof> {
  const malformed = fail("invalid-input", `This is no proof in the form ${HEADER}.`);
  const split = text.indexOf("\n\n");
  if (split < 0) return malformed;
  const [header, ...lines] = text.slice(0, split).split("\n");
  if (lines[0]?.startsWith("extra ")) lines.shift();
  const index = /^index (0|[1-9][0-9]*)$/.exec(lines.shift() ?? "")?.[1];
  if (header !== HEADER || index === undefined || !Number.isSafeInteger(Number(index))) return malformed;
  const proof: Sha256[] = [];
  for (const line of lines) {
    const bytes = decodeBase64(line);
    if (bytes?.byteLength !== 32) return malformed;
    proof.push(Sha256.parse(Buffer.from(bytes).toString("hex")));
  }
  return ok({ index: Number(index), proof, checkpoint: text.slice(split + 2) });
}
