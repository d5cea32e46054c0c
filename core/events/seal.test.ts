import { describe, expect, it } from "vitest";
import { Event, type NewEvent, ZERO_HASH } from "#core/contract/event.ts";
import { canonicalJson } from "./canonical-json.ts";
import { chainHash, sha256 } from "./hash.ts";
import { expectedHash, leafHash, sealEvent } from "./seal.ts";

const draft: NewEvent = {
  type: "run.created",
  version: 1,
  actor: { kind: "user", id: "ada", role: "operator" },
  causedBy: { stream: { kind: "run", id: "run_000001" }, seq: 3 },
  data: { zeta: [1, 2.5], alpha: "é" },
};
const place = {
  stream: { kind: "run" as const, id: "run_000002" },
  seq: 1,
  position: 7,
  prevHash: ZERO_HASH,
  at: "2026-11-21T08:00:00.000Z",
};

function seal(event: NewEvent, payload = false) {
  const payloadRef = { commitment: sha256("x"), bytes: 1, mediaType: "text/plain" };
  const sealed = sealEvent(event, payload ? { ...place, payloadRef } : place);
  if (!sealed.ok) throw new Error(sealed.failure.message);
  return sealed.value;
}

describe("sealEvent", () => {
  it.each([false, true])(
    "hashes exactly the canonical form of the event without `hash` (payload: %s)",
    (payload) => {
      const { event, body, leaf } = seal(draft, payload);
      const { hash, ...unsealed } = event;
      expect(body).toBe(canonicalJson(unsealed));
      expect(hash).toBe(chainHash(ZERO_HASH, canonicalJson(unsealed)));
      expect(expectedHash(event)).toBe(hash);
      expect(leaf).toBe(leafHash(event));
      expect(Event.parse(event)).toEqual(event);
    },
  );

  it("refuses data over 4 KB and says where it belongs", () => {
    const sealed = sealEvent({ ...draft, data: { text: "x".repeat(5000) } }, place);
    expect(sealed).toMatchObject({ ok: false, failure: { code: "invalid-input" } });
    if (!sealed.ok) expect(sealed.failure.message).toContain("payload");
  });

  it.each([Number.NaN, 2 ** 60, "\ud800"])("refuses data without a portable canonical form: %s", (value) => {
    expect(sealEvent({ ...draft, data: { value } }, place)).toMatchObject({
      ok: false,
      failure: { code: "invalid-input" },
    });
  });
});
