import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type TarEntry, tarBytes } from "./tar.ts";

const file = (path: string, content: string): TarEntry => ({
  type: "file",
  path,
  mode: 0o644,
  content: new TextEncoder().encode(content),
});

/** A second reading of the format, from the standard's field table. */
function readTar(bytes: Uint8Array) {
  const text = (from: number, to: number) => {
    const field = bytes.subarray(from, to);
    const end = field.indexOf(0);
    return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
  };
  const entries: { path: string; content: string; time: number; owner: number }[] = [];
  let at = 0;
  while (at < bytes.length && bytes[at] !== 0) {
    const size = Number.parseInt(text(at + 124, at + 136), 8);
    const header = Uint8Array.from(bytes.subarray(at, at + 512));
    header.fill(32, 148, 156);
    const sum = header.reduce((total, byte) => total + byte, 0);
    expect(Number.parseInt(text(at + 148, at + 156), 8)).toBe(sum);
    const prefix = text(at + 345, at + 500);
    entries.push({
      path: `${prefix === "" ? "" : `${prefix}/`}${text(at, at + 100)}`,
      content: text(at + 512, at + 512 + size),
      time: Number.parseInt(text(at + 136, at + 148), 8),
      owner: Number.parseInt(text(at + 108, at + 116), 8),
    });
    at += 512 + Math.ceil(size / 512) * 512;
  }
  expect(bytes.length - at).toBe(1024);
  return entries;
}

describe("writeTar", () => {
  it("gives the same bytes whatever the order of its entries", async () => {
    const name = fc.stringMatching(/^[a-z]{1,12}(\/[a-z]{1,12}){0,3}$/);
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(name, { minLength: 1, maxLength: 12 }), async (names) => {
        const entries = names.map((path) => file(path, path.repeat(60)));
        const forward = await tarBytes(entries);
        expect(await tarBytes(entries.toReversed())).toEqual(forward);
        expect(readTar(forward)).toEqual(
          names.toSorted().map((path) => ({ path, content: path.repeat(60), time: 0, owner: 0 })),
        );
      }),
    );
  });

  it("splits a long path between name and prefix", async () => {
    const path = `${"folder/".repeat(20)}file.ts`;
    expect(readTar(await tarBytes([file(path, "x")]))[0]?.path).toBe(path);
  });

  it("throws for a path that does not fit, for two entries of one path, and for a content of another length", async () => {
    await expect(tarBytes([file("a".repeat(101), "")])).rejects.toThrow(/does not fit/);
    await expect(tarBytes([file("a", "1"), file("a", "2")])).rejects.toThrow(/called a/);
    async function* open() {
      yield new Uint8Array(3);
    }
    const short: TarEntry = { type: "file", path: "a", mode: 0o644, content: { bytes: 4, open } };
    await expect(tarBytes([short])).rejects.toThrow(/gave 3 bytes where 4/);
  });
});
