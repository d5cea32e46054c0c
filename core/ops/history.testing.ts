import type { Event, NewPayload, StreamRef } from "#core/contract/event.ts";
import type { Signer } from "#core/contract/signer.ts";
import { canonicalJson } from "#core/events/canonical-json.ts";
import { signedCheckpoint } from "#core/events/checkpoint.ts";
import { type VerifierKey, verifierKeyOf } from "#core/events/checkpoint-key.ts";
import { MerkleTree } from "#core/events/merkle-tree.ts";
import { expectedHash, leafHash } from "#core/events/seal.ts";
import { readEntry } from "#core/events/verify-entry.ts";
import { createTestSigner } from "#core/testing/test-signer.ts";
import { LOG_STREAM } from "./log-events.ts";
import { createTestLog, type TestLog } from "./log.testing.ts";
import { type LogReport, verifyLog } from "./verify-log.ts";

export const runA: StreamRef = { kind: "run", id: "run_aaaaaa" };
export const runB: StreamRef = { kind: "run", id: "run_bbbbbb" };

/**
 * Two runs in turns, every third event with content; 24 events, a recorded checkpoint (at 15) and the erasure (at
 * 20) of the first content among them. Content is left at 3, 6, 9, 12, 18 and 21.
 */
export async function newHistory(): Promise<TestLog> {
  const store = createTestLog();
  for (let n = 0; n < 24; n += 1) {
    if (n === 15) {
      const root = treeOf(store).root();
      await store.append(LOG_STREAM, "checkpoint.signed", { data: { size: 15, root, keyName: "test-key" } });
    } else if (n === 20) {
      await store.erase(runA, store.payloadRows[0]?.commitment ?? "");
    } else {
      const payload: NewPayload = { mediaType: "application/json", json: { prompt: `say ${n}` } };
      const more = n % 3 === 0 ? { payload } : {};
      await store.append(n % 2 === 0 ? runA : runB, "tool.finished", {
        data: { n, text: `number ${n}` },
        ...more,
      });
    }
  }
  return store;
}

/** All events of a log that is still readable. */
export function eventsOf(store: TestLog): Event[] {
  return store.rows.map(({ entry }) => {
    const read = readEntry(entry);
    if ("fault" in read) throw new Error(read.fault);
    return read.event;
  });
}

export function treeOf(store: TestLog): MerkleTree {
  const tree = new MerkleTree();
  for (const event of eventsOf(store)) tree.append(leafHash(event));
  return tree;
}

/** Rewrites one event and all that follow in its stream, so that the chain is whole again. */
export function rewriteFrom(store: TestLog, position: number, change: (event: Event) => Event): void {
  const heads = new Map<string, Event["hash"]>();
  for (const [index, event] of eventsOf(store).entries()) {
    const changed = index === position ? change(event) : event;
    const linked = { ...changed, prevHash: heads.get(event.stream.id) ?? event.prevHash };
    const sealed = { ...linked, hash: expectedHash(linked) };
    heads.set(event.stream.id, sealed.hash);
    const row = store.rows[index];
    if (row !== undefined) row.entry = new TextEncoder().encode(canonicalJson(sealed));
  }
}

/** A key with what a test does with it: sign a log at a size, verify a log with the key alone. */
export interface TestAuditor {
  key: VerifierKey;
  checkpointAt(store: TestLog, size: number): Promise<string>;
  verify(
    store: TestLog,
    more?: { checkpoints?: string[]; since?: string; stream?: StreamRef },
  ): Promise<LogReport>;
}

export async function createTestAuditor(signer: Signer = createTestSigner()): Promise<TestAuditor> {
  const key = await verifierKeyOf(signer);
  if (!key.ok) throw new Error(key.failure.message);
  return {
    key: key.value,
    async checkpointAt(store, size) {
      const note = await signedCheckpoint({ size, root: treeOf(store).root(size) }, signer);
      if (!note.ok) throw new Error(note.failure.message);
      return note.value;
    },
    verify: (store, { checkpoints = [], ...more } = {}) =>
      verifyLog({
        integrity: store.integrity,
        keys: [key.value],
        checkpoints: checkpoints.map((note, index) => ({ name: `sink/${index}`, note })),
        ...more,
      }),
  };
}
