import type { Event, EventRef, PayloadRef, StreamRef } from "#core/contract/event.ts";
import type { Sha256 } from "#core/contract/ids.ts";
import type { LogIntegrity, ScannedEvent } from "#core/contract/integrity.ts";
import { MerkleTree } from "#core/events/merkle-tree.ts";
import { ChainCheck } from "#core/events/verify-chain.ts";
import { type EventHashes, eventHashes } from "#core/events/verify-event-hashes.ts";
import { logEventTypes } from "./log-events.ts";
import type { LogFault, LogFinding } from "./log-finding.ts";
import { type RootClaim, RootClaims } from "./root-claims.ts";

/**
 * One walk over the log from its start. After the first finding it only goes on for what later places can still
 * tell: whose event is missing or changed, and whether a missing payload was erased.
 */
export class LogWalk {
  readonly #integrity: LogIntegrity;
  readonly #stream: StreamRef | undefined;
  readonly #tree = new MerkleTree();
  readonly #chain = new ChainCheck({ fromStart: true });
  readonly #claims: RootClaims;
  /** Payloads that are gone and not (yet) known to be erased, in the order of positions. */
  readonly #missing = new Map<string, LogFinding>();
  readonly #erased = new Set<string>();
  #finding: LogFinding | undefined;
  /** The place that a changed event claims; believed only when no later event shows another. */
  #claimed: EventRef | undefined;
  /** Behind the last place that held an event. */
  #end = 0;
  #events = 0;
  #chainHead: Sha256 | undefined;
  #lastRecorded: { size: number; root: Sha256; event: Event } | undefined;

  constructor(options: {
    integrity: LogIntegrity;
    claims: readonly RootClaim[];
    stream: StreamRef | undefined;
  }) {
    this.#integrity = options.integrity;
    this.#stream = options.stream;
    this.#claims = new RootClaims(options.claims);
    this.#finding = this.#claims.reached(this.#tree);
  }

  get events(): number {
    return this.#events;
  }

  get size(): number {
    return this.#tree.size;
  }

  get root(): Sha256 {
    return this.#tree.root();
  }

  get checkpoints(): number {
    return this.#claims.checked;
  }

  get chainHead(): Sha256 | undefined {
    return this.#chainHead;
  }

  /** The last checkpoint that the log says it handed out. */
  get lastRecorded(): { size: number; root: Sha256; event: Event } | undefined {
    return this.#lastRecorded;
  }

  /** True when no later place can tell more. */
  get isSettled(): boolean {
    return this.#finding !== undefined && this.#isLocated(this.#finding) && this.#missing.size === 0;
  }

  async visit(place: ScannedEvent): Promise<void> {
    if (place.event !== undefined) this.#end = Math.max(this.#end, place.position + 1);
    if (this.#finding !== undefined) return this.#lookBack(place);
    const position = this.#tree.size;
    const isGap = place.isGap === true;
    if (place.position !== position || isGap) {
      const plain = `position ${position} is due, position ${place.position} comes`;
      this.#finding = { position, fault: "gap", detail: isGap ? (place.fault ?? plain) : plain };
      return this.#lookBack(place);
    }
    const { event } = place;
    const hashes = event === undefined ? undefined : hashesOf(event);
    if (event === undefined || hashes === undefined) {
      this.#finding = { position, fault: "unreadable", detail: place.fault ?? "no event can be read there" };
      return undefined;
    }
    this.#finding = await this.#inspect(event, hashes, place.fault);
  }

  /**
   * The first bad place of the whole walk. A missing payload comes last of all: whatever else is wrong may be the
   * very event that told of its erasure.
   */
  conclude(): LogFinding | undefined {
    const [missing] = this.#missing.values();
    const certain = this.#damage();
    if (certain === undefined || missing === undefined) return certain ?? missing;
    return {
      ...certain,
      detail: `${certain.detail}; besides, at position ${missing.position}: ${missing.detail}`,
    };
  }

  #damage(): LogFinding | undefined {
    const finding = this.#finding;
    if (finding === undefined) return this.#claims.beyond(this.#tree.size);
    // Nothing readable comes after it: if more events were signed than one unreadable row can stand for, the end is
    // cut off, and the fault is what the store says of itself (a guard that is gone, content left behind).
    const isLast = finding.stream === undefined && finding.position >= this.#end;
    const rows = finding.fault === "unreadable" ? 1 : 0;
    const cut = isLast ? this.#claims.beyond(this.#tree.size + rows) : undefined;
    return cut === undefined
      ? { ...this.#claimed, ...finding }
      : { ...cut, position: finding.position, detail: `${cut.detail}; besides: ${finding.detail}` };
  }

  async #inspect(
    event: Event,
    hashes: EventHashes,
    storeFault: string | undefined,
  ): Promise<LogFinding | undefined> {
    const position = this.#tree.size;
    const isOurs = this.#isOurs(event);
    const at = (fault: LogFault, detail: string): LogFinding => ({
      position,
      stream: event.stream,
      seq: event.seq,
      fault,
      detail,
    });
    const broken = this.#chain.next(event, hashes.expected);
    if (broken?.fault === "wrong-hash") {
      this.#claimed = { stream: event.stream, seq: event.seq };
      return { position, fault: broken.fault, detail: broken.detail };
    }
    if (broken !== undefined) return { ...at(broken.fault, broken.detail), seq: broken.seq };
    if (event.position !== position)
      return at("gap", `it belongs at position ${event.position}, not at ${position}`);
    if (storeFault !== undefined) return at("unreadable", storeFault);
    if (isOurs && event.payloadRef !== undefined) {
      const { commitment } = event.payloadRef;
      const fault = await this.#payloadFault(event.payloadRef);
      if (fault === "unreadable") return at("unreadable", `the payload ${commitment} cannot be read`);
      if (fault === "mismatch") return at("payload-mismatch", `the payload ${commitment} was changed`);
      if (fault === "missing" && !this.#erased.has(commitment)) {
        const detail = `the payload ${commitment} is gone and no payload.erased event names it`;
        this.#missing.set(commitment, at("payload-missing", detail));
      }
    }
    this.#tree.append(hashes.leaf);
    if (isOurs) {
      this.#events += 1;
      this.#chainHead = this.#stream === undefined ? undefined : event.hash;
    }
    this.#noteErasure(event);
    return this.#claims.reached(this.#tree) ?? this.#checkRecorded(event, at);
  }

  /** A recorded checkpoint binds even where no copy of the signed one is at hand. */
  #checkRecorded(event: Event, at: (fault: LogFault, detail: string) => LogFinding): LogFinding | undefined {
    if (event.type !== "checkpoint.signed") return undefined;
    const data = logEventTypes["checkpoint.signed"].data.safeParse(event.data);
    if (!data.success || data.data.size > event.position) {
      return at("unreadable", "a recorded checkpoint has to name a root and a size before itself");
    }
    const { size, root } = data.data;
    this.#lastRecorded = { size, root, event };
    const source = `the checkpoint recorded at position ${event.position}`;
    return this.#claims.check({ size, root, source }, this.#tree);
  }

  #lookBack({ event }: ScannedEvent): void {
    const hashes = event === undefined ? undefined : hashesOf(event);
    if (event === undefined || hashes?.expected !== event.hash) return;
    this.#noteErasure(event);
    const lacking = (this.#chain.head(event.stream)?.seq ?? 0) + 1;
    if (this.#finding !== undefined && !this.#isLocated(this.#finding) && event.seq > lacking) {
      this.#finding = { ...this.#finding, stream: event.stream, seq: lacking };
    }
    this.#chain.next(event, hashes.expected);
  }

  #noteErasure({ type, data }: Event): void {
    if (type !== "payload.erased" || typeof data["commitment"] !== "string") return;
    this.#erased.add(data["commitment"]);
    this.#missing.delete(data["commitment"]);
  }

  async #payloadFault(ref: PayloadRef): Promise<"missing" | "mismatch" | "unreadable" | undefined> {
    try {
      return await this.#integrity.payloadFault(ref);
    } catch {
      return "unreadable"; // a store that cannot even look has damage there; what it says may hold content
    }
  }

  /** Where an event is gone or cannot be believed, a later one can tell whose it was. */
  #isLocated({ fault, stream }: LogFinding): boolean {
    return stream !== undefined || (fault !== "gap" && fault !== "unreadable" && fault !== "wrong-hash");
  }

  #isOurs({ stream }: Event): boolean {
    return this.#stream === undefined || (stream.kind === this.#stream.kind && stream.id === this.#stream.id);
  }
}

/** Undefined for an event without a canonical form: a store that hands one out did not check it. */
function hashesOf(event: Event): EventHashes | undefined {
  try {
    return eventHashes(event);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
