import { describe, expect, it } from "vitest";
import type { NewPayload, PayloadRef } from "#core/contract/event.ts";
import { readJsonPayload } from "#core/contract/event-log.ts";
import type { Stores } from "#core/contract/stores.ts";
import { payloadCommitment, sha256 } from "#core/events/hash.ts";
import { expectedHash } from "#core/events/seal.ts";
import { append, firstOf, note, runStream, valueOf } from "./sample-events.ts";
import type { StoreAdapter } from "./store-adapter.ts";
import { useHomes } from "./use-homes.ts";

const stream = runStream(1);
const text = (content: string) => new TextEncoder().encode(content);

/** What every payload store promises. */
export function describePayloadStore(adapter: StoreAdapter): void {
  const homes = useHomes(adapter);
  const open = async () => (await homes.home()).open();
  const keep = async (stores: Stores, payload: NewPayload): Promise<PayloadRef> => {
    const event = firstOf(valueOf(await stores.log.commit(append(stream, [note({}, payload)]))));
    if (event.payloadRef === undefined) throw new Error("the event has no payload");
    return event.payloadRef;
  };

  describe(`${adapter.name}: payloads`, () => {
    it("keeps content outside the event, which carries size, type and commitment", async () => {
      const stores = await open();
      const ref = await keep(stores, { mediaType: "text/plain", bytes: text("secret") });
      expect(ref).toMatchObject({ bytes: 6, mediaType: "text/plain" });
      expect(JSON.stringify(await stores.log.read(stream))).not.toContain("secret");
      expect(valueOf(await stores.payloads.read(ref))).toEqual(text("secret"));
    });

    it("keeps JSON as its RFC 8785 bytes", async () => {
      const stores = await open();
      const ref = await keep(stores, { mediaType: "application/json", json: { b: [1, "é"], a: null } });
      expect(new TextDecoder().decode(valueOf(await stores.payloads.read(ref)))).toBe(
        '{"a":null,"b":[1,"é"]}',
      );
      expect(valueOf(await readJsonPayload(stores.payloads, ref))).toEqual({ a: null, b: [1, "é"] });
    });

    it("binds content with a fresh 32-byte key each time, so that equal contents look different", async () => {
      const stores = await open();
      const payload = { mediaType: "text/plain", bytes: text("same") };
      const [first, second] = [await keep(stores, payload), await keep(stores, payload)];
      expect(first.commitment).not.toBe(second.commitment);
      const key = await stores.payloads.key(first.commitment);
      expect(key).toHaveLength(32);
      expect(payloadCommitment(key ?? new Uint8Array(), text("same"))).toBe(first.commitment);
    });

    it("takes empty content and every byte", async () => {
      const stores = await open();
      const all = Uint8Array.from({ length: 256 }, (_, index) => index);
      for (const bytes of [new Uint8Array(), all]) {
        const ref = await keep(stores, { mediaType: "application/octet-stream", bytes });
        expect(valueOf(await stores.payloads.read(ref))).toEqual(bytes);
      }
    });

    it("copies the caller's bytes at the call", async () => {
      const stores = await open();
      const bytes = text("before");
      const pending = keep(stores, { mediaType: "text/plain", bytes });
      bytes.fill(0);
      const ref = await pending;
      expect(valueOf(await stores.payloads.read(ref))).toEqual(text("before"));
    });

    it("erases content and key, leaves the event as it was, and says so to readers", async () => {
      const stores = await open();
      const ref = await keep(stores, { mediaType: "text/plain", bytes: text("personal") });
      const other = await keep(stores, { mediaType: "text/plain", bytes: text("other") });
      const before = await stores.log.read(stream);
      expect(await stores.payloads.erase(ref.commitment)).toBe(true);
      expect(await stores.payloads.read(ref)).toMatchObject({
        ok: false,
        failure: { code: "payload-erased" },
      });
      expect(await stores.payloads.key(ref.commitment)).toBeUndefined();
      const after = await stores.log.read(stream);
      expect(after).toEqual(before);
      for (const event of after) expect(expectedHash(event)).toBe(event.hash);
      expect(await stores.payloads.erase(ref.commitment)).toBe(false);
      expect(valueOf(await stores.payloads.read(other))).toEqual(text("other"));
    });

    it("tells what never was from what was erased", async () => {
      const stores = await open();
      const commitment = sha256("nobody wrote this");
      expect(await stores.payloads.read({ commitment, bytes: 1, mediaType: "text/plain" })).toMatchObject({
        ok: false,
        failure: { code: "not-found" },
      });
      expect(await stores.payloads.erase(commitment)).toBe(false);
      expect(await stores.payloads.key(commitment)).toBeUndefined();
    });

    it("refuses with `log-corrupt` when the reference promises something else", async () => {
      const stores = await open();
      const ref = await keep(stores, { mediaType: "text/plain", bytes: text("content") });
      expect(await stores.payloads.read({ ...ref, bytes: 8 })).toMatchObject({
        ok: false,
        failure: { code: "log-corrupt" },
      });
    });
  });
}
