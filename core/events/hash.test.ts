import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chainHash, hashOfJson, payloadCommitment, sha256 } from "./hash.ts";
import { ZERO_HASH } from "#core/contract/event.ts";

describe("hashes", () => {
  it("payloadCommitment is HMAC-SHA-256, which openssl and every language know", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.uint8Array({ maxLength: 500 }), (key, content) => {
        expect(payloadCommitment(key, content)).toBe(createHmac("sha256", key).update(content).digest("hex"));
      }),
    );
    expect(() => payloadCommitment(new Uint8Array(65), new Uint8Array())).toThrow(/64 bytes/);
  });

  it("chainHash is over the raw bytes of the previous hash, then the text", () => {
    expect(chainHash(ZERO_HASH, "{}")).toBe(sha256(Buffer.concat([Buffer.alloc(32), Buffer.from("{}")])));
  });

  it("hashOfJson does not depend on the order of members", () => {
    expect(hashOfJson({ a: 1, b: [2] })).toBe(hashOfJson({ b: [2], a: 1 }));
  });
});
