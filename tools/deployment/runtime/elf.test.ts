import { describe, expect, it } from "vitest";
import { readElfNeeds } from "./elf.ts";
import { findSharedLibraries } from "./shared-libraries.ts";
import type { OwnFiles } from "./own-files.ts";

const X86_64 = 62;

/** An ELF file with the given needs: header, program headers, then dynamic section and strings in one segment. */
function elf(needs: { libraries?: string[]; interpreter?: string; runpath?: string; machine?: number }) {
  const strings = [""];
  const offsetOf = (text: string) => {
    const offset = Buffer.byteLength(strings.join("\0")) + (strings.length > 0 ? 1 : 0);
    strings.push(text);
    return offset;
  };
  const tags: [number, number][] = (needs.libraries ?? []).map((name) => [1, offsetOf(name)]);
  if (needs.runpath !== undefined) tags.push([29, offsetOf(needs.runpath)]);
  const table = Buffer.from(`${strings.join("\0")}\0`);
  const dynamicSize = (tags.length + 3) * 16;
  const interpreter = Buffer.from(`${needs.interpreter ?? ""}\0`);
  const [base, start] = [0x400000, 64 + 56 * 3];
  const file = Buffer.alloc(start + dynamicSize + table.length + interpreter.length);
  Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]).copy(file);
  file.writeUInt16LE(needs.machine ?? X86_64, 18);
  file.writeBigUInt64LE(64n, 32);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(needs.interpreter === undefined ? 2 : 3, 56);
  const segment = (index: number, type: number, offset: number, size: number) => {
    const at = 64 + 56 * index;
    file.writeUInt32LE(type, at);
    file.writeBigUInt64LE(BigInt(offset), at + 8);
    file.writeBigUInt64LE(BigInt(base + offset), at + 16);
    file.writeBigUInt64LE(BigInt(size), at + 32);
  };
  segment(0, 1, 0, file.length);
  segment(1, 2, start, dynamicSize);
  segment(2, 3, start + dynamicSize + table.length, interpreter.length);
  tags.push([5, base + start + dynamicSize], [10, table.length], [0, 0]);
  for (const [index, [tag, value]] of tags.entries()) {
    file.writeBigUInt64LE(BigInt(tag), start + index * 16);
    file.writeBigUInt64LE(BigInt(value), start + index * 16 + 8);
  }
  table.copy(file, start + dynamicSize);
  interpreter.copy(file, start + dynamicSize + table.length);
  return file;
}

function files(contents: Record<string, Uint8Array>): OwnFiles {
  return {
    async find(path) {
      const bytes = contents[path];
      if (bytes === undefined) return undefined;
      async function* open() {
        yield bytes ?? new Uint8Array();
      }
      return { path, content: { bytes: bytes.byteLength, open } };
    },
    slice: async (path, offset, length) =>
      (contents[path] ?? new Uint8Array()).subarray(offset, offset + length),
    read: async (path) => contents[path] ?? new Uint8Array(),
    list: async (folder) =>
      Object.keys(contents)
        .filter((path) => path.startsWith(`${folder}/`))
        .map((path) => path.slice(folder.length + 1))
        .sort(),
  };
}

describe("readElfNeeds", () => {
  it("reads loader, libraries and run path out of the dynamic section", async () => {
    const bytes = elf({
      libraries: ["libm.so.6", "libc.so.6"],
      interpreter: "/lib64/ld.so",
      runpath: "/a:$ORIGIN/b",
    });
    expect(await readElfNeeds(files({ "/node": bytes }), "/node")).toEqual({
      ok: true,
      value: {
        machine: X86_64,
        interpreter: "/lib64/ld.so",
        libraries: ["libm.so.6", "libc.so.6"],
        searchPath: ["/a", "$ORIGIN/b"],
      },
    });
  });

  it.each([
    ["a script", Buffer.from("#!/bin/sh\n".padEnd(80))],
    ["a file that is too short", Buffer.from([0x7f, 0x45, 0x4c, 0x46])],
    ["a 32-bit file", Buffer.concat([Buffer.from([0x7f, 0x45, 0x4c, 0x46, 1, 1]), Buffer.alloc(80)])],
  ])("fails for %s", async (_, bytes) => {
    expect((await readElfNeeds(files({ "/node": bytes }), "/node")).ok).toBe(false);
  });
});

describe("findSharedLibraries", () => {
  const loader = "/lib64/ld-linux-x86-64.so.2";

  it("follows libraries of libraries, through run paths, configured and trusted folders", async () => {
    const found = await findSharedLibraries(
      files({
        "/opt/node/bin/node": elf({
          libraries: ["libown.so", "libc.so.6", "ld-linux-x86-64.so.2"],
          interpreter: loader,
          runpath: "$ORIGIN/../lib",
        }),
        [loader]: elf({}),
        "/opt/node/lib/libown.so": elf({ libraries: ["libextra.so", "libc.so.6"] }),
        "/etc/ld.so.conf": Buffer.from("include /etc/ld.so.conf.d/*.conf\n"),
        "/etc/ld.so.conf.d/extra.conf": Buffer.from("# comment\n/opt/extra\n"),
        "/opt/extra/libextra.so": elf({}),
        "/lib/x86_64-linux-gnu/libc.so.6": elf({ libraries: ["ld-linux-x86-64.so.2"] }),
      }),
      "/opt/node/bin/node",
    );
    expect(found.ok && found.value.files.map((file) => file.path)).toEqual([
      loader,
      "/opt/node/lib/libown.so",
      "/lib/x86_64-linux-gnu/libc.so.6",
      "/opt/extra/libextra.so",
    ]);
    expect(found.ok && found.value.folders).toEqual(["/opt/node/lib", "/lib/x86_64-linux-gnu", "/opt/extra"]);
  });

  it("passes over a library of another architecture", async () => {
    const found = await findSharedLibraries(
      files({
        "/node": elf({ libraries: ["libm.so.6"], interpreter: loader }),
        [loader]: elf({}),
        "/lib/x86_64-linux-gnu/libm.so.6": elf({ machine: 183 }),
        "/usr/lib64/libm.so.6": elf({}),
      }),
      "/node",
    );
    expect(found.ok && found.value.files[1]?.path).toBe("/usr/lib64/libm.so.6");
  });

  it("names the library that is not there", async () => {
    const found = await findSharedLibraries(files({ "/node": elf({ libraries: ["libgone.so"] }) }), "/node");
    expect(found).toMatchObject({ ok: false, failure: { code: "missing-part" } });
    expect(!found.ok && found.failure.message).toContain("libgone.so");
  });
});
