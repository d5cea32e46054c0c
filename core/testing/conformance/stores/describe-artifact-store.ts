import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { Sha256 } from "#core/contract/ids.ts";
import { sha256 } from "#core/events/hash.ts";
import { sharedCase, type StoreAdapter } from "./store-adapter.ts";
import { useHomes } from "./use-homes.ts";

const text = (content: string) => new TextEncoder().encode(content);

/** What every artifact store promises. */
export function describeArtifactStore(adapter: StoreAdapter): void {
  const homes = useHomes(adapter);
  const folders: string[] = [];
  const scratch = async () => {
    const folder = await mkdtemp(join(tmpdir(), "swarm-artifact-source-"));
    folders.push(folder);
    return folder;
  };
  afterEach(async () => {
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
  });
  const shared = sharedCase(adapter);
  const open = async () => (await homes.home()).open().artifacts;

  describe(`${adapter.name}: artifacts`, () => {
    it.each([0, 1, 65_537])("keeps %i bytes under their SHA-256", async (size) => {
      const artifacts = await open();
      const bytes = Uint8Array.from({ length: size }, (_, index) => index % 251);
      expect(await artifacts.put(bytes)).toEqual({ sha256: sha256(bytes), bytes: size });
      expect(await artifacts.has(sha256(bytes))).toBe(true);
      expect(await artifacts.read(sha256(bytes))).toEqual(bytes);
    });

    it("keeps the file at a path and leaves the source alone", async () => {
      const artifacts = await open();
      const source = join(await scratch(), "data.csv");
      const content = "a,b\n".repeat(700_000);
      await writeFile(source, content);
      const digest = sha256(content);
      expect(await artifacts.put({ path: source })).toEqual({ sha256: digest, bytes: content.length });
      await writeFile(source, "changed");
      expect(sha256(await artifacts.read(digest))).toBe(digest);
    });

    it("gives a file with exactly these bytes to those who want a path", async () => {
      const artifacts = await open();
      const { sha256: digest } = await artifacts.put(text("content"));
      const path = await artifacts.path(digest);
      expect(await readFile(path, "utf8")).toBe("content");
      expect(await artifacts.path(digest)).toBe(path);
    });

    it("takes the same bytes again, one after the other and at once", async () => {
      const artifacts = await open();
      const puts = await Promise.all(Array.from({ length: 8 }, () => artifacts.put(text("same"))));
      puts.push(await artifacts.put(text("same")));
      expect(new Set(puts.map((put) => put.sha256)).size).toBe(1);
      expect(await artifacts.read(sha256("same"))).toEqual(text("same"));
    });

    it("is not changed by what the caller does to its bytes afterwards", async () => {
      const artifacts = await open();
      const bytes = text("before");
      const pending = artifacts.put(bytes);
      const { sha256: digest } = await pending;
      bytes.fill(0);
      const read = await artifacts.read(digest);
      read.fill(0);
      expect(await artifacts.read(digest)).toEqual(text("before"));
    });

    it("says `not-found` for what nobody put and for a source that is not there", async () => {
      const artifacts = await open();
      const digest = sha256("nobody put this");
      expect(await artifacts.has(digest)).toBe(false);
      for (const attempt of [
        () => artifacts.read(digest),
        () => artifacts.path(digest),
        () => artifacts.put({ path: "/nowhere/at/all.csv" }),
      ]) {
        await expect(attempt()).rejects.toMatchObject({ failure: { code: "not-found" } });
      }
    });

    it("refuses an address that is no digest, such as a way out of the folder", async () => {
      const artifacts = await open();
      const address = "../../../../etc/passwd" as Sha256; // what a caller without types may send
      for (const attempt of [
        () => artifacts.read(address),
        () => artifacts.path(address),
        () => artifacts.has(address),
      ]) {
        await expect(attempt()).rejects.toMatchObject({ failure: { code: "invalid-input" } });
      }
    });

    shared("shares artifacts between openings of a home", async () => {
      const home = await homes.home();
      const [mine, theirs] = [home.open().artifacts, home.open().artifacts];
      const { sha256: digest } = await mine.put(text("shared"));
      expect(await theirs.read(digest)).toEqual(text("shared"));
    });
  });
}
