/** Signs bytes with Ed25519. The private key never leaves the adapter. */
export interface Signer {
  /** Short name of the key, printed beside signatures. */
  keyName: string;
  /** SubjectPublicKeyInfo as PEM: what `openssl pkeyutl -verify -pubin -inkey` reads. */
  publicKeyPem(): Promise<string>;
  /** The raw 32-byte public key. */
  publicKey(): Promise<Uint8Array>;
  /** The raw 64-byte signature. */
  sign(message: Uint8Array): Promise<Uint8Array>;
}
