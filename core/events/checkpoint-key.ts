import { createHash, createPublicKey, type KeyObject, verify } from "node:crypto";
import { fail, ok, type Result } from "#core/contract/failure.ts";
import type { Signer } from "#core/contract/signer.ts";
import { decodeBase64 } from "./checkpoint-base64.ts";

/** Ed25519 in the C2SP signed-note format. */
const ALGORITHM = 1;
const PUBLIC_KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
/** No white space, no plus, no control characters: what signed-note allows in a key's name. */
const NAME = /^[^\s+\p{Cc}]{1,200}$/u;

/** A public key that checkpoints are checked with. */
export interface VerifierKey {
  name: string;
  /** First 4 bytes of SHA-256(name, newline, 0x01, public key) in hex: tells keys of one name apart. */
  id: string;
  /** The raw 32 bytes. */
  publicKey: Uint8Array;
}

/** Names a raw Ed25519 public key. Failure `invalid-input` when the name or the key has the wrong form. */
export function createVerifierKey(name: string, publicKey: Uint8Array): Result<VerifierKey> {
  if (!NAME.test(name) || !name.isWellFormed()) {
    return fail(
      "invalid-input",
      `${JSON.stringify(name)} cannot name a key: take 1 to 200 characters without white space and without "+".`,
    );
  }
  if (publicKey.byteLength !== PUBLIC_KEY_BYTES) {
    return fail("invalid-input", `An Ed25519 public key has 32 bytes, this one has ${publicKey.byteLength}.`);
  }
  const id = createHash("sha256")
    .update(`${name}\n`)
    .update(Buffer.of(ALGORITHM))
    .update(publicKey)
    .digest("hex");
  return ok({ name, id: id.slice(0, 8), publicKey: new Uint8Array(publicKey) });
}

/** The public half of a signer. */
export async function verifierKeyOf(signer: Signer): Promise<Result<VerifierKey>> {
  return createVerifierKey(signer.keyName, await signer.publicKey());
}

/** `name+id+base64`: the form that Go's note.NewVerifier reads. */
export function formatVerifierKey(key: VerifierKey): string {
  const encoded = Buffer.concat([Buffer.of(ALGORITHM), key.publicKey]).toString("base64");
  return `${key.name}+${key.id}+${encoded}`;
}

/** Reads `name+id+base64`. Failure `invalid-input` says which part is wrong. */
export function parseVerifierKey(text: string): Result<VerifierKey> {
  const [name, id, ...rest] = text.trim().split("+");
  const encoded = decodeBase64(rest.join("+")); // base64 may hold a plus itself
  if (name === undefined || id === undefined || encoded === undefined) {
    return fail("invalid-input", "A verifier key looks like name+0a1b2c3d+base64 on one line.");
  }
  if (encoded[0] !== ALGORITHM) {
    return fail("invalid-input", `The verifier key ${name} is not of type 1 (Ed25519).`);
  }
  const key = createVerifierKey(name, encoded.subarray(1));
  if (key.ok && key.value.id !== id) {
    return fail("invalid-input", `The verifier key ${name} has id ${id}, its content gives ${key.value.id}.`);
  }
  return key;
}

/** SubjectPublicKeyInfo as PEM, for openssl. */
export function verifierKeyPem(key: VerifierKey): string {
  return ed25519PublicKey(key.publicKey).export({ type: "spki", format: "pem" }).toString();
}

/** True when the 64-byte signature over the message was made by this key. */
export function isSignedBy(key: VerifierKey, message: Uint8Array, signature: Uint8Array): boolean {
  if (signature.byteLength !== SIGNATURE_BYTES) return false;
  return verify(null, message, ed25519PublicKey(key.publicKey), signature);
}

/** The raw 32 bytes as a key object of the platform. */
export function ed25519PublicKey(publicKey: Uint8Array): KeyObject {
  const x = Buffer.from(publicKey).toString("base64url");
  return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
}
