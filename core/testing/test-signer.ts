import { generateKeyPairSync, sign } from "node:crypto";
import type { Signer } from "#core/contract/signer.ts";

/** A signer with a key that lives as long as the test. */
export function createTestSigner(): Signer {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  return {
    keyName: "test-key",
    publicKeyPem: async () => publicKey.export({ type: "spki", format: "pem" }).toString(),
    publicKey: async () => new Uint8Array(publicKey.export({ type: "spki", format: "der" }).subarray(-32)),
    sign: async (message) => new Uint8Array(sign(null, message, privateKey)),
  };
}
