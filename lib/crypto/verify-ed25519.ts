import { createPublicKey, verify } from "node:crypto";
import { ed25519PublicKey } from "#core/events/checkpoint-key.ts";

/**
 * True when the signature over the message was made by this key: the raw 32 bytes, or SubjectPublicKeyInfo as PEM.
 * False for a signature of the wrong length; throws for a PEM that holds no Ed25519 key.
 */
export function verifyEd25519(claim: {
  publicKey: Uint8Array | string;
  message: Uint8Array;
  signature: Uint8Array;
}): boolean {
  const { publicKey, message, signature } = claim;
  const key = typeof publicKey === "string" ? createPublicKey(publicKey) : ed25519PublicKey(publicKey);
  if (key.asymmetricKeyType !== "ed25519") {
    throw new TypeError(`this is a key of type ${key.asymmetricKeyType ?? "unknown"}, not ed25519`);
  }
  return signature.byteLength === 64 && verify(null, message, key, signature);
}
