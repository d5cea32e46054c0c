import { z } from "zod";
import type { Event, StreamRef } from "#core/contract/event.ts";
import { Sha256 } from "#core/contract/ids.ts";
import type { Checkpoint } from "#core/events/checkpoint.ts";
import { payloadCommitment } from "#core/events/hash.ts";
import { verifyInclusion } from "#core/events/merkle-proof.ts";
import type { ExportSource } from "#core/events/tiles-files.ts";
import { type EventProof, parseEventProof } from "#core/events/tiles-proof.ts";
import { ChainCheck } from "#core/events/verify-chain.ts";
import { readEntry } from "#core/events/verify-entry.ts";
import { eventHashes } from "#core/events/verify-event-hashes.ts";
import { EVENTS_FILE, PAYLOAD_KEYS_FILE, payloadPath, proofPath } from "./export-run.ts";
import type { LogFault, LogFinding } from "./log-finding.ts";

/** Hex keys by commitment. */
const PayloadKeys = z.record(Sha256, z.string().regex(/^[0-9a-f]+$/));

export interface ExportedRun {
  events: Event[];
  finding?: LogFinding;
}

/**
 * Checks the exported stream by itself: its chain from the first event on, each event's proof against the signed
 * root, and content against its commitment. `hasContent` says that content that was not erased has to be there.
 */
export async function verifyExportedRun(
  source: ExportSource,
  signed: { checkpoint: Checkpoint; note: string },
  hasContent: boolean,
): Promise<ExportedRun> {
  const content = await source.read(EVENTS_FILE);
  const events: Event[] = [];
  if (content === undefined) {
    return { events, finding: { position: 0, fault: "file-missing", detail: `${EVENTS_FILE} is missing` } };
  }
  const chain = new ChainCheck({ fromStart: true });
  const lines = linesOf(content);
  for (const [index, line] of lines.entries()) {
    const proof = await readProof(source, index + 1);
    const read = readEntry(line);
    if ("fault" in read) {
      const stream = events[0]?.stream;
      const place = stream === undefined ? {} : { stream, seq: index + 1 };
      const detail = `${EVENTS_FILE}, line ${index + 1}: ${read.fault}`;
      return { events, finding: { position: proof?.index ?? 0, ...place, fault: "unreadable", detail } };
    }
    const { event } = read;
    const finding = checkEvent(event, { proof, signed, chain, stream: events[0]?.stream });
    if (finding !== undefined) return { events, finding };
    events.push(event);
  }
  const finding = await checkContent(source, events, hasContent);
  return finding === undefined ? { events } : { events, finding };
}

function checkEvent(
  event: Event,
  more: {
    proof: EventProof | undefined;
    signed: { checkpoint: Checkpoint; note: string };
    chain: ChainCheck;
    stream: StreamRef | undefined;
  },
): LogFinding | undefined {
  const { proof, signed, chain, stream = event.stream } = more;
  const hashes = eventHashes(event);
  const broken = chain.next(event, hashes.expected);
  if (broken !== undefined) return findingAt(event, broken.fault, broken.detail);
  if (event.stream.kind !== stream.kind || event.stream.id !== stream.id) {
    return findingAt(event, "gap", `${EVENTS_FILE} holds an event of another stream`);
  }
  const path = proofPath(event.seq);
  if (proof === undefined) return findingAt(event, "file-missing", `${path} is missing or no proof`);
  if (proof.checkpoint !== signed.note || proof.index !== event.position) {
    return findingAt(event, "file-mismatch", `${path} is not about this event and this checkpoint`);
  }
  const { size, root } = signed.checkpoint;
  if (!verifyInclusion({ leaf: hashes.leaf, index: event.position, size, root, proof: proof.proof })) {
    return findingAt(event, "file-mismatch", `${path} does not show that the event is in the signed tree`);
  }
  return undefined;
}

async function checkContent(
  source: ExportSource,
  events: readonly Event[],
  hasContent: boolean,
): Promise<LogFinding | undefined> {
  const keys = parseKeys(await source.read(PAYLOAD_KEYS_FILE));
  if (keys === undefined) {
    return {
      position: 0,
      fault: "file-mismatch",
      detail: `${PAYLOAD_KEYS_FILE} is missing or no list of keys`,
    };
  }
  const erased = new Set(
    events.filter(({ type }) => type === "payload.erased").map(({ data }) => data["commitment"]),
  );
  for (const event of events) {
    if (event.payloadRef === undefined) continue;
    const { commitment, bytes } = event.payloadRef;
    const key = keys.get(commitment);
    const content = await source.read(payloadPath(commitment));
    if (key === undefined || (content === undefined && hasContent)) {
      if (erased.has(commitment)) continue;
      return findingAt(
        event,
        "payload-missing",
        `${commitment} has no key or content here, and no erasure names it`,
      );
    }
    if (content === undefined) continue;
    if (content.byteLength !== bytes || payloadCommitment(Buffer.from(key, "hex"), content) !== commitment) {
      return findingAt(event, "payload-mismatch", `${payloadPath(commitment)} or its key was changed`);
    }
  }
  return undefined;
}

async function readProof(source: ExportSource, seq: number): Promise<EventProof | undefined> {
  const content = await source.read(proofPath(seq));
  const parsed = content === undefined ? undefined : parseEventProof(Buffer.from(content).toString());
  return parsed?.ok ? parsed.value : undefined;
}

function parseKeys(content: Uint8Array | undefined): Map<string, string> | undefined {
  if (content === undefined) return undefined;
  try {
    const parsed = PayloadKeys.safeParse(JSON.parse(Buffer.from(content).toString()));
    return parsed.success ? new Map(Object.entries(parsed.data)) : undefined;
  } catch {
    return undefined; // not JSON: reported by the caller
  }
}

/** Lines as bytes, so that nothing is mended on the way to the check. A last line without an end counts. */
function linesOf(content: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let start = 0; start < content.length; ) {
    const end = content.indexOf(0x0a, start);
    lines.push(content.subarray(start, end < 0 ? content.length : end));
    start = end < 0 ? content.length : end + 1;
  }
  return lines;
}

const findingAt = (event: Event, fault: LogFault, detail: string): LogFinding => ({
  position: event.position,
  stream: event.stream,
  seq: event.seq,
  fault,
  detail,
});
