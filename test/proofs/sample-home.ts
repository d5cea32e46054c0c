import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "#core/contract/clock.ts";
import type { Event, NewPayload, StreamRef } from "#core/contract/event.ts";
import type { Result } from "#core/contract/failure.ts";
import type { Stores } from "#core/contract/stores.ts";
import type { JsonObject } from "#core/contract/json.ts";
import type { Signer } from "#core/contract/signer.ts";
import type { CheckpointSink } from "#core/events/checkpoint-sink.ts";
import { exportLog, type LogToExport } from "#core/ops/export-log.ts";
import { type CheckpointContext, signCheckpoint } from "#core/ops/sign-checkpoint.ts";
import { createCheckpointFolder, createSignerPlaceFile } from "#lib/crypto/checkpoint-folder.ts";
import { createExportFolder } from "#lib/crypto/export-folder.ts";
import { createFileSigner } from "#lib/crypto/file-signer.ts";
import { createSqliteStores } from "#lib/stores/sqlite/create-sqlite-stores.ts";

export const run: StreamRef = { kind: "run", id: "run_sample01" };
export const otherRun: StreamRef = { kind: "run", id: "run_sample02" };

/** A home as Swarm keeps it: database, key folder, a checkpoint folder elsewhere. All real, in a throw-away folder. */
export interface SampleHome {
  folder: string;
  database: string;
  checkpointFolder: string;
  stores: Stores;
  signer: Signer;
  sink: CheckpointSink;
  context: CheckpointContext;
  append(stream: StreamRef, data: JsonObject, payload?: NewPayload): Promise<Event>;
  /** Signs what is there; gives the note. */
  sign(): Promise<string>;
  /** Signs and exports to a fresh folder; gives its path. */
  export(more?: Partial<LogToExport>): Promise<string>;
  /** Closes the stores and opens them again; what changed on the disk in between is seen. */
  reopen(options?: { readOnly?: boolean }): Promise<void>;
  dispose(): Promise<void>;
}

const clock: Clock = {
  now: () => Date.now(),
  sleep: () => Promise.reject(new Error("nothing here waits")),
};

export function must<Value>(result: Result<Value>): Value {
  if (!result.ok) throw new Error(`${result.failure.code}: ${result.failure.message}`);
  return result.value;
}

export async function createSampleHome(): Promise<SampleHome> {
  const folder = mkdtempSync(join(tmpdir(), "swarm-proofs-"));
  const checkpointFolder = join(folder, "elsewhere", "checkpoints");
  const open = (readOnly = false) =>
    createSqliteStores({
      home: join(folder, "home"),
      projections: [],
      clock,
      random: (count) => new Uint8Array(randomBytes(count)),
      isOwnerAlive: () => true,
      readOnly,
    });
  const signer = must(
    await createFileSigner({ folder: join(folder, "home", "keys"), keyName: "swarm-0a1b2c3d" }),
  );
  const sink = createCheckpointFolder(checkpointFolder);
  const place = createSignerPlaceFile(join(folder, "home", "signer-place.json"));
  let exports = 0;
  const contextOf = (stores: Stores): CheckpointContext => ({
    log: stores.log,
    integrity: stores.integrity,
    signer,
    sinks: [sink],
    place,
    clock,
  });
  const stores = open();
  const home: SampleHome = {
    folder,
    database: join(folder, "home", "swarm.db"),
    checkpointFolder,
    stores,
    signer,
    sink,
    context: contextOf(stores),
    async append(stream, data, payload) {
      const event = {
        type: "tool.finished",
        version: 1,
        actor: { kind: "system" as const, id: "sample" },
        data,
      };
      const events = [payload === undefined ? event : { ...event, payload }];
      const [written] = must(
        await home.stores.log.commit({ appends: [{ stream, events }], durability: "batched" }),
      );
      if (written === undefined) throw new Error("nothing was written");
      return written;
    },
    async sign() {
      const outcome = must(await signCheckpoint(home.context));
      if (outcome.note === undefined) throw new Error("nothing was signed");
      return outcome.note;
    },
    async export(more = {}) {
      const checkpoint = more.checkpoint ?? (await home.sign());
      exports += 1;
      const path = join(folder, `export-${exports}`);
      const out = await createExportFolder(path);
      const { integrity, payloads } = home.stores;
      must(
        await exportLog({
          integrity,
          payloads,
          signer,
          checkpoint,
          checkpoints: await sink.read(),
          out,
          ...more,
        }),
      );
      return path;
    },
    async reopen({ readOnly = false } = {}) {
      await home.stores.close();
      home.stores = open(readOnly);
      home.context = contextOf(home.stores);
    },
    async dispose() {
      await home.stores.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return home;
}

/** About 600 events of two runs, some with content and one of those erased, a checkpoint at 300. */
export async function fillSampleHome(home: SampleHome, text: string): Promise<{ earlier: string }> {
  let earlier = "";
  for (let n = 0; n < 600; n += 1) {
    if (n === 300) earlier = await home.sign();
    const payload: NewPayload = { mediaType: "text/plain", bytes: new TextEncoder().encode(`${text} ${n}`) };
    if (n % 40 === 7) await home.append(run, { n, text, list: [1, 2, { three: null }] }, payload);
    else await home.append(n % 8 === 0 ? run : otherRun, { n, ok: true });
  }
  const content = (await home.stores.log.read(run)).find(
    ({ payloadRef }) => payloadRef !== undefined,
  )?.payloadRef;
  if (content === undefined) throw new Error("the sample has no content");
  await home.stores.payloads.erase(content.commitment);
  const erased = {
    type: "payload.erased",
    version: 1,
    actor: { kind: "user" as const, id: "ada", role: "admin" as const },
    data: { commitment: content.commitment, reason: "asked for by its subject" },
  };
  must(await home.stores.log.commit({ appends: [{ stream: run, events: [erased] }], durability: "full" }));
  return { earlier };
}
