import { createPrivateKey, createPublicKey, type KeyObject, randomBytes, sign } from "node:crypto";
import { mkdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { RandomBytes } from "#core/contract/clock.ts";
import { fail, ok, type Result } from "#core/contract/failure.ts";
import type { Signer } from "#core/contract/signer.ts";
import { createVerifierKey } from "#core/events/checkpoint-key.ts";
import { hasCode } from "./has-code.ts";
import { writeOnce } from "./write-once.ts";

export interface FileSignerOptions {
  /** Made with mode 0700 when it is not there. */
  folder: string;
  /** Names the key in signatures and in its files; letters, digits, dot, dash and underscore. */
  keyName: string;
  /** Source of a new key's 32 bytes; the operating system's when absent. */
  random?: RandomBytes;
}

/** DER in front of the 32 secret bytes of an Ed25519 key in PKCS#8 (RFC 8410, section 7). */
const PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");
const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
/** Permission bits of everybody but the owner. */
const OTHERS = 0o077;
const OTHERS_WRITE = 0o022;

/**
 * A signer with its key in a file: `<keyName>.key.pem` (PKCS#8, mode 0600) and `<keyName>.pub.pem` beside it. The
 * key is made on first use; two processes that start at once agree on one.
 *
 * Failures: `invalid-input` (key readable by others, folder writable by others, not an Ed25519 key, public key of
 * another key, private key gone), `storage-failed`.
 */
export async function createFileSigner({
  folder,
  keyName,
  random,
}: FileSignerOptions): Promise<Result<Signer>> {
  const name = createVerifierKey(keyName, new Uint8Array(32));
  if (!name.ok) return name;
  if (!FILE_NAME.test(keyName)) {
    return fail(
      "invalid-input",
      `${JSON.stringify(keyName)} cannot name a key file: use letters, digits, ".", "-" and "_".`,
    );
  }
  const privatePath = join(folder, `${keyName}.key.pem`);
  const publicPath = join(folder, `${keyName}.pub.pem`);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const unsafe = await refuseOpenFolder(folder);
    if (unsafe !== undefined) return unsafe;
    // In this order: another process that makes the key now writes the private half first.
    const hasPublic = await exists(publicPath);
    if (!(await exists(privatePath))) {
      if (hasPublic) return keyGone(privatePath, publicPath);
      await writeOnce(privatePath, newPrivateKey(random ?? randomBytes), 0o600);
    }
    const key = await readPrivateKey(privatePath);
    if (!key.ok) return key;
    const publicKey = createPublicKey(key.value);
    const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
    if (!hasPublic) await writeOnce(publicPath, pem, 0o644);
    if ((await readFile(publicPath, "utf8")) !== pem) {
      return fail(
        "invalid-input",
        `${publicPath} does not belong to ${privatePath}. Find out which of the two was changed; if the private key is right, delete the public one and start again.`,
      );
    }
    return ok(signerOf(keyName, key.value, publicKey));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return fail("storage-failed", `The signing key in ${folder} cannot be used: ${reason}`);
  }
}

function signerOf(keyName: string, privateKey: KeyObject, publicKey: KeyObject): Signer {
  const raw = new Uint8Array(publicKey.export({ type: "spki", format: "der" }).subarray(-32));
  return {
    keyName,
    publicKeyPem: async () => publicKey.export({ type: "spki", format: "pem" }).toString(),
    publicKey: async () => raw.slice(),
    sign: async (message) => new Uint8Array(sign(null, message, privateKey)),
  };
}

function newPrivateKey(random: RandomBytes): string {
  const der = Buffer.concat([PKCS8_PREFIX, random(32)]);
  const pem = createPrivateKey({ key: der, format: "der", type: "pkcs8" }).export({
    type: "pkcs8",
    format: "pem",
  });
  der.fill(0);
  return pem.toString();
}

async function readPrivateKey(path: string): Promise<Result<KeyObject>> {
  const { mode } = await stat(path);
  if (hasPermissions() && (mode & OTHERS) !== 0) {
    return fail(
      "invalid-input",
      `Others than its owner may use the signing key ${path} (mode ${octal(mode)}), so its signatures prove nothing. ` +
        `If it never left this machine run: chmod 600 ${path}   Otherwise make a new key.`,
    );
  }
  const pem = await readFile(path, "utf8");
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === "ed25519") return ok(key);
  } catch {
    // The reader's message may quote the file; the one below says enough.
  }
  return fail(
    "invalid-input",
    `${path} holds no Ed25519 key in PEM. Put the right file back, or move it away to get a new key.`,
  );
}

async function refuseOpenFolder(folder: string): Promise<Result<never> | undefined> {
  const { mode } = await stat(folder);
  if (!hasPermissions() || (mode & OTHERS_WRITE) === 0) {
    return undefined;
  }
  return fail(
    "invalid-input",
    `Others than its owner may write to the key folder ${folder} (mode ${octal(mode)}) and could put their own key there. Run: chmod 700 ${folder}`,
  );
}

const keyGone = (privatePath: string, publicPath: string) =>
  fail(
    "invalid-input",
    `The private key ${privatePath} is gone, its public key is still there. Restore it from a backup; or, to go on with a new key, move ${publicPath} away and keep it: what was signed so far is checked with it.`,
  );

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return false;
    throw error;
  }
}

/** Windows has no such bits; there the folder's access list is the guard. */
const hasPermissions = () => process.platform !== "win32";
const octal = (mode: number) => (mode & 0o777).toString(8).padStart(4, "0");
