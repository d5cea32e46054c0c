import { z } from "zod";
import { Actor } from "./actor.ts";
import { Sha256 } from "./ids.ts";
import { type JsonObject, JsonObject as JsonObjectSchema } from "./json.ts";

/**
 * What has a history. `run` is the orchestration, `tool-call` one call made by hand outside any run; the others are the control plane's governed objects and
 * the log's own stream (checkpoints and verifications).
 */
export const StreamKind = z.enum([
  "run",
  "tool-call",
  "log",
  "dataset-version",
  "model-version",
  "training-job",
  "evaluation",
  "promotion",
  "endpoint",
  "artifact",
  "policy",
  "pipeline",
  "experiment",
  "contract-version",
  "deployment",
]);
export type StreamKind = z.infer<typeof StreamKind>;

export const StreamRef = z.strictObject({ kind: StreamKind, id: z.string().min(1).max(200) });
export type StreamRef = z.infer<typeof StreamRef>;

/** Points at one event of one stream. */
export const EventRef = z.strictObject({ stream: StreamRef, seq: z.number().int().positive() });
export type EventRef = z.infer<typeof EventRef>;

/**
 * Content that lies outside the chain. `commitment` is HMAC-SHA-256 over the content's bytes with a random
 * 32-byte key that is stored beside the content: erasing both leaves the chain checkable and says nothing.
 */
export const PayloadRef = z.strictObject({
  commitment: Sha256,
  bytes: z.number().int().nonnegative(),
  mediaType: z.string().min(1).max(100),
});
export type PayloadRef = z.infer<typeof PayloadRef>;

/** `noun.verb-past` */
export const EventType = z.string().regex(/^[a-z][a-z-]*\.[a-z][a-z-]*$/);

/**
 * One appended fact. `seq` is dense from 1 in its stream, `position` dense from 0 over all streams in the
 * order of commit (the Merkle leaf index). `hash` is SHA-256 over the 32 raw bytes of `prevHash` followed by
 * the RFC 8785 form of the event without `hash`.
 */
export const Event = z.strictObject({
  stream: StreamRef,
  seq: z.number().int().positive(),
  position: z.number().int().nonnegative(),
  type: EventType,
  version: z.number().int().positive(),
  at: z.iso.datetime({ precision: 3 }),
  actor: Actor,
  causedBy: EventRef.optional(),
  data: JsonObjectSchema,
  payloadRef: PayloadRef.optional(),
  prevHash: Sha256,
  hash: Sha256,
});
export type Event = z.infer<typeof Event>;

/** The first event of a stream points at nothing. */
export const ZERO_HASH = "0".repeat(64) as Sha256; // 64 zeros satisfy the pattern

/** Event data above this size belongs in a payload. */
export const MAX_EVENT_DATA_BYTES = 4096;

/** Content handed to the log together with the event that refers to it. */
export type NewPayload =
  | { mediaType: "application/json"; json: unknown }
  | { mediaType: string; bytes: Uint8Array };

/** An event before the log gives it a place. `at` is set by the log's clock when absent. */
export interface NewEvent {
  type: string;
  version: number;
  actor: Actor;
  data: JsonObject;
  causedBy?: EventRef;
  payload?: NewPayload;
  at?: string;
}
