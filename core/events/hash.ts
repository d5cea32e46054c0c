import { createHash, hash } from "node:crypto";
import type { Sha256 } from "#core/contract/ids.ts";
import { canonicalJson } from "./canonical-json.ts";

/** SHA-256 of a text's UTF-8 form or of bytes, in hex. */
export function sha256(content: string | Uint8Array): Sha256 {
  return hash("sha256", content, "hex") as Sha256; // hex of SHA-256 is 64 lowercase digits
}

/** SHA-256 of a value's RFC 8785 form: what approvals and idempotency keys are bound to. */
export function hashOfJson(value: unknown): Sha256 {
  return sha256(canonicalJson(value));
}

/** SHA-256 over the 32 raw bytes of the previous hash, then the canonical text. */
export function chainHash(prevHash: Sha256, canonicalText: string): Sha256 {
  return createHash("sha256").update(prevHash, "hex").update(canonicalText, "utf8").digest("hex") as Sha256; // as above
}

/**
 * Binds content to the chain without revealing it: HMAC-SHA-256 keyed with 32 random bytes. Checked outside with
 * `openssl dgst -sha256 -mac HMAC -macopt hexkey:KEY FILE`.
 */
export function payloadCommitment(key: Uint8Array, content: Uint8Array): Sha256 {
  if (key.byteLength > BLOCK_BYTES)
    throw new RangeError(`a commitment's key has at most ${BLOCK_BYTES} bytes`);
  // RFC 2104 by two plain hashes: createHmac makes a key object first, which costs more than both for small content.
  const inner = new Uint8Array(BLOCK_BYTES + content.byteLength).fill(0x36, 0, BLOCK_BYTES);
  const outer = new Uint8Array(BLOCK_BYTES + 32).fill(0x5c, 0, BLOCK_BYTES);
  for (const [index, byte] of key.entries()) {
    inner[index] = 0x36 ^ byte;
    outer[index] = 0x5c ^ byte;
  }
  inner.set(content, BLOCK_BYTES);
  outer.set(hash("sha256", inner, "buffer"), BLOCK_BYTES);
  return sha256(outer);
}

/** SHA-256 works on blocks of 64 bytes. */
const BLOCK_BYTES = 64;
