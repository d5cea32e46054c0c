import type { Event } from "#core/contract/event.ts";
import type { PayloadStore } from "#core/contract/event-log.ts";
import { ok, type Result } from "#core/contract/failure.ts";
import type { MerkleTree } from "#core/events/merkle-tree.ts";
import { formatEventProof } from "#core/events/tiles-proof.ts";
import type { ExportWriter } from "./export-writer.ts";

/** An event of the exported stream with its canonical text. */
export interface RunEntry {
  event: Event;
  entry: string;
}

export const EVENTS_FILE = "run/events.jsonl";
export const PAYLOAD_KEYS_FILE = "run/payload-keys.json";
export const proofPath = (seq: number): string => `run/proofs/${String(seq).padStart(6, "0")}.tlog-proof`;
export const payloadPath = (commitment: string): string => `run/payloads/${commitment}`;

/**
 * Writes one stream: its events, the proof of each one's place in the signed tree, the keys of the content that
 * still exists and, if asked, that content. Fails with the payload store's failure when content is damaged.
 */
export async function writeRun(
  entries: readonly RunEntry[],
  more: {
    tree: MerkleTree;
    checkpoint: string;
    payloads: Pick<PayloadStore, "key" | "read">;
    withContent: boolean;
    writer: ExportWriter;
  },
): Promise<Result<void>> {
  const { tree, checkpoint, payloads, withContent, writer } = more;
  await writer.write(EVENTS_FILE, entries.map(({ entry }) => `${entry}\n`).join(""));
  const keys: Record<string, string> = {};
  for (const { event } of entries) {
    const proof = tree.inclusionProof(event.position);
    await writer.write(proofPath(event.seq), formatEventProof({ index: event.position, proof, checkpoint }));
    if (event.payloadRef === undefined) continue;
    const { commitment } = event.payloadRef;
    const key = await payloads.key(commitment);
    if (key === undefined || keys[commitment] !== undefined) continue;
    keys[commitment] = Buffer.from(key).toString("hex");
    if (!withContent) continue;
    const content = await payloads.read(event.payloadRef);
    if (!content.ok) return content;
    await writer.write(payloadPath(commitment), content.value);
  }
  await writer.write(PAYLOAD_KEYS_FILE, `${JSON.stringify(keys, null, 2)}\n`);
  return ok(undefined);
}
