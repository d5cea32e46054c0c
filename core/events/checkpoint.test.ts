import { generateKeyPairSync, sign } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Result } from "#core/contract/failure.ts";
import type { Signer } from "#core/contract/signer.ts";
import { formatCheckpoint, openCheckpoint, parseCheckpoint, signedCheckpoint } from "./checkpoint.ts";
import {
  createVerifierKey,
  formatVerifierKey,
  parseVerifierKey,
  verifierKeyOf,
  verifierKeyPem,
} from "./checkpoint-key.ts";
import { formatNote, openNote, parseNote } from "./checkpoint-note.ts";
import { sha256 } from "./hash.ts";

function must<Value>(result: Result<Value>): Value {
  if (!result.ok) throw new Error(result.failure.message);
  return result.value;
}

function newSigner(keyName = "swarm-0a1b2c3d"): Signer {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  return {
    keyName,
    publicKeyPem: async () => publicKey.export({ type: "spki", format: "pem" }).toString(),
    publicKey: async () => new Uint8Array(publicKey.export({ type: "spki", format: "der" }).subarray(-32)),
    sign: async (message) => new Uint8Array(sign(null, message, privateKey)),
  };
}

/** The example of golang.org/x/mod/sumdb/note. */
const published = {
  key: "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
  note:
    "If you think cryptography is the answer to your problem,\n" +
    "then you don't know what your problem is.\n" +
    "\n" +
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n",
};

describe("verifier key", () => {
  it("reads and writes the published example", () => {
    const key = must(parseVerifierKey(published.key));
    expect(key).toMatchObject({ name: "PeterNeumann", id: "c74f20a3" });
    expect(formatVerifierKey(key)).toBe(published.key);
  });

  it("keeps its form for any key, base64 with plus signs included, and gives the PEM of the platform", async () => {
    for (let round = 0; round < 40; round += 1) {
      const signer = newSigner();
      const key = must(await verifierKeyOf(signer));
      expect(must(parseVerifierKey(`${formatVerifierKey(key)}\n`))).toEqual(key);
      expect(verifierKeyPem(key)).toBe(await signer.publicKeyPem());
    }
  });

  it.each([
    ["no parts", "PeterNeumann"],
    ["an id that does not fit", published.key.replace("c74f20a3", "c74f20a4")],
    ["another name", published.key.replace("Peter", "Petra")],
    ["another type", published.key.replace("ARpc", "Arpc")],
    ["too few bytes", "PeterNeumann+c74f20a3+ARpc2QcUPDg="],
    ["loose base64", `${published.key}=`],
  ])("refuses %s", (_what, text) => {
    expect(parseVerifierKey(text)).toMatchObject({ ok: false, failure: { code: "invalid-input" } });
  });

  it.each(["", "two words", "a+b", "new\nline", "\u0085"])("refuses %j as a name", (name) => {
    expect(createVerifierKey(name, new Uint8Array(32)).ok).toBe(false);
  });
});

describe("signed note", () => {
  it("opens the published example and names its key", () => {
    const key = must(parseVerifierKey(published.key));
    expect(must(openNote(published.note, [key])).signedBy).toEqual([key]);
    expect(formatNote(must(parseNote(published.note)))).toBe(published.note);
  });

  it("passes over signatures of unknown keys, but not over a wrong one of a known key", async () => {
    const [ours, theirs] = [newSigner("ours"), newSigner("theirs")];
    const tree = { size: 3, root: sha256("x") };
    const note = must(parseNote(must(await signedCheckpoint(tree, ours))));
    const theirKey = must(await verifierKeyOf(theirs));
    const foreign = (signature: Uint8Array) => ({ keyName: "theirs", keyId: theirKey.id, signature });
    const good = foreign(await theirs.sign(new TextEncoder().encode(note.text)));
    const bad = foreign(new Uint8Array(64));
    const ourKey = must(await verifierKeyOf(ours));
    const open = (extra: typeof good, keys = [ourKey, theirKey]) =>
      openNote(formatNote({ text: note.text, signatures: [extra, ...note.signatures] }), keys);
    expect(must(open(good)).signedBy.map(({ name }) => name)).toEqual(["theirs", "ours"]);
    expect(open(bad)).toMatchObject({ ok: false, failure: { code: "invalid-input" } });
    expect(open(bad, [ourKey]).ok).toBe(true);
  });

  it.each([
    ["nothing signed", "text\n"],
    ["no signature line", "text\n\n"],
    ["a hyphen for the dash", published.note.replace("— P", "- P")],
    ["a carriage return", published.note.replace("\n", "\r\n")],
    ["no last newline", published.note.slice(0, -1)],
    ["loose base64", published.note.replace("JnAM=", "JnAN=")],
    ["a word too many", published.note.replace("AM=\n", "AM= x\n")],
  ])("refuses a note with %s", (_what, note) => {
    expect(parseNote(note)).toMatchObject({ ok: false, failure: { code: "invalid-input" } });
  });
});

describe("checkpoint", () => {
  it("reads and writes the three lines of the specification's example", () => {
    const text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
    const checkpoint = must(parseCheckpoint(text));
    expect(checkpoint).toMatchObject({ origin: "example.com/behind-the-sofa", size: 20852163 });
    expect(formatCheckpoint(checkpoint)).toBe(text);
    expect(must(parseCheckpoint(`${text}extension\n`))).toEqual(checkpoint);
  });

  it.each([
    ["a leading zero", "log\n07\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"],
    ["a size beyond 2^53", "log\n9007199254740993\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"],
    ["a short root", "log\n7\nCsUY\n"],
    ["no origin", "\n7\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"],
    ["no end of line", "log\n7\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="],
    ["an empty extension", "log\n7\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"],
  ])("refuses %s", (_what, text) => {
    expect(parseCheckpoint(text).ok).toBe(false);
  });

  it("opens with the signer's key and with no other", async () => {
    const signer = newSigner();
    const tree = { size: 12, root: sha256("root") };
    const note = must(await signedCheckpoint(tree, signer));
    expect(must(openCheckpoint(note, [must(await verifierKeyOf(signer))]))).toEqual({
      origin: signer.keyName,
      ...tree,
    });
    const other = must(await verifierKeyOf(newSigner()));
    expect(openCheckpoint(note, [other])).toMatchObject({ ok: false, failure: { code: "invalid-input" } });
    expect(openCheckpoint(note, []).ok).toBe(false);
  });

  it("of another log is refused even when a known key signed it", async () => {
    const signer = newSigner("ours");
    const key = must(await verifierKeyOf(signer));
    const text = formatCheckpoint({ origin: "theirs", size: 1, root: sha256("x") });
    const signature = await signer.sign(new TextEncoder().encode(text));
    const note = formatNote({ text, signatures: [{ keyName: "ours", keyId: key.id, signature }] });
    expect(openCheckpoint(note, [key])).toMatchObject({ ok: false });
  });

  it("is refused after any single bit of it was flipped", async () => {
    const signer = newSigner();
    const key = must(await verifierKeyOf(signer));
    const note = Buffer.from(must(await signedCheckpoint({ size: 345, root: sha256("root") }, signer)));
    fc.assert(
      fc.property(fc.nat(note.length - 1), fc.nat(7), (byte, bit) => {
        const changed = Buffer.from(note);
        changed[byte] = (changed[byte] ?? 0) ^ (1 << bit);
        expect(openCheckpoint(changed.toString("utf8"), [key]).ok).toBe(false);
      }),
      { numRuns: 400 },
    );
  });
});
