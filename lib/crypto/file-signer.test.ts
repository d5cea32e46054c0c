import { generateKeyPairSync } from "node:crypto";
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Signer } from "#core/contract/signer.ts";
import { createSeededBytes } from "#core/testing/fake-clock.ts";
import { createFileSigner } from "./file-signer.ts";
import { verifyEd25519 } from "./verify-ed25519.ts";

const keyName = "swarm-0a1b2c3d";
const message = new TextEncoder().encode("promoted: model 7");

let home: string;
let folder: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "swarm-keys-"));
  folder = join(home, "keys");
});
afterEach(() => rm(home, { recursive: true, force: true }));

async function signer(): Promise<Signer> {
  const made = await createFileSigner({ folder, keyName });
  if (!made.ok) throw new Error(made.failure.message);
  return made.value;
}

async function refusal(): Promise<string> {
  const made = await createFileSigner({ folder, keyName });
  expect(made).toMatchObject({ ok: false, failure: { code: "invalid-input" } });
  return made.ok ? "" : made.failure.message;
}

const privatePath = () => join(folder, `${keyName}.key.pem`);
const publicPath = () => join(folder, `${keyName}.pub.pem`);
const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

describe("createFileSigner", () => {
  it("makes a key on first use that only its owner can read, and leaves nothing else behind", async () => {
    await signer();
    expect(await modeOf(folder)).toBe("700");
    expect(await modeOf(privatePath())).toBe("600");
    expect(await readdir(folder)).toEqual([`${keyName}.key.pem`, `${keyName}.pub.pem`]);
    expect(await readFile(privatePath(), "utf8")).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
  });

  it("signs with the same key after a restart, and both forms of the public key verify it", async () => {
    const signature = await (await signer()).sign(message);
    const again = await signer();
    expect(await again.sign(message)).toEqual(signature);
    expect(signature.byteLength).toBe(64);
    for (const publicKey of [await again.publicKey(), await again.publicKeyPem()]) {
      expect(verifyEd25519({ publicKey, message, signature })).toBe(true);
      expect(verifyEd25519({ publicKey, message: message.subarray(1), signature })).toBe(false);
      expect(verifyEd25519({ publicKey, message, signature: signature.subarray(1) })).toBe(false);
    }
    expect(await readFile(publicPath(), "utf8")).toBe(await again.publicKeyPem());
  });

  it("draws the key from the given source", async () => {
    const make = async (name: string) => {
      const made = await createFileSigner({
        folder: join(home, name),
        keyName,
        random: createSeededBytes(5),
      });
      return made.ok ? made.value.publicKey() : undefined;
    };
    const first = await make("one");
    expect(first).toBeDefined();
    expect(await make("two")).toEqual(first);
    expect(await (await signer()).publicKey()).not.toEqual(first);
  });

  it("agrees on one key when several start at once", async () => {
    const signers = await Promise.all(Array.from({ length: 8 }, signer));
    const keys = await Promise.all(signers.map((one) => one.publicKeyPem()));
    expect(new Set(keys).size).toBe(1);
    expect(await readdir(folder)).toHaveLength(2);
  });

  it.each([0o640, 0o604, 0o620, 0o644])(
    "refuses a key of mode %o and says the chmod that mends it",
    async (mode) => {
      await signer();
      await chmod(privatePath(), mode);
      expect(await refusal()).toContain(`chmod 600 ${privatePath()}`);
      await chmod(privatePath(), 0o600);
      await signer();
    },
  );

  it("refuses a folder that others may write to", async () => {
    await signer();
    await chmod(folder, 0o770);
    expect(await refusal()).toContain(`chmod 700 ${folder}`);
  });

  it("refuses what is no Ed25519 key, without quoting it", async () => {
    await signer();
    for (const content of [
      "secret words",
      generateKeyPairSync("x25519").privateKey.export({ type: "pkcs8", format: "pem" }),
    ]) {
      await writeFile(privatePath(), content);
      const why = await refusal();
      expect(why).toContain(privatePath());
      expect(why).not.toContain("secret");
    }
  });

  it("makes no new key in silence when the old one is gone", async () => {
    await signer();
    await rm(privatePath());
    expect(await refusal()).toContain("gone");
    await rm(publicPath());
    await signer();
  });

  it("puts a missing public key back, and refuses one of another key", async () => {
    const first = await signer();
    await rm(publicPath());
    await signer();
    expect(await readFile(publicPath(), "utf8")).toBe(await first.publicKeyPem());
    await writeFile(
      publicPath(),
      generateKeyPairSync("ed25519").publicKey.export({ type: "spki", format: "pem" }),
    );
    expect(await refusal()).toContain(publicPath());
  });

  it.each(["", "../up", "two words", "a+b", ".hidden"])("refuses the key name %j", async (name) => {
    expect(await createFileSigner({ folder, keyName: name })).toMatchObject({
      ok: false,
      failure: { code: "invalid-input" },
    });
  });

  it("says so when the folder cannot be made", async () => {
    await writeFile(join(home, "file"), "");
    expect(await createFileSigner({ folder: join(home, "file", "keys"), keyName })).toMatchObject({
      ok: false,
      failure: { code: "storage-failed" },
    });
  });
});

describe("verifyEd25519", () => {
  it("throws for a key of another kind: nobody can have meant that", () => {
    const publicKey = generateKeyPairSync("x25519")
      .publicKey.export({ type: "spki", format: "pem" })
      .toString();
    expect(() => verifyEd25519({ publicKey, message, signature: new Uint8Array(64) })).toThrow(TypeError);
  });
});
