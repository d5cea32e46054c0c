import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { frameFromRows, writeParquet } from "#lib/ml/index.ts";
import { TYPED_REFUSALS, walkHostile } from "./hostile-chain.testing.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "swarm-hostile-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const good = (rows = 200): string =>
  `a,b,y\n${Array.from({ length: rows }, (_, row) => `${(row * 37) % 101},${(row * 53) % 97},${(row * 37) % 101 > 50 ? "yes" : "no"}`).join("\n")}\n`;

const utf16 = (text: string): Uint8Array =>
  Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, "utf16le")]);
const rubbish = Uint8Array.from({ length: 5000 }, (_, index) => (index * 2_654_435_761) >>> 24);
const parquet = writeParquet(
  frameFromRows(Array.from({ length: 100 }, (_, row) => ({ a: row * 1.5, y: row % 2 === 0 ? "x" : "z" }))),
);

const REFUSED: readonly [string, string | Uint8Array, RegExp][] = [
  ["an empty file", "", /empty \(0 bytes\).*Check the export/],
  ["blank lines only", "\n\n\n", /only blank lines/],
  ["a header without rows", "a,b,y\n", /no rows/],
  ["a blank name in the header", "a,,y\n1,2,3\n", /field 2 is blank/],
  ["a name twice in the header", "a,a,y\n1,2,3\n", /names "a" twice/],
  ["a row with too many fields", `${good()}1,2,3,4\n`, /Row 201 \(line 202\) has 4 fields, expected 3/],
  ["a row with too few fields", `${good()}1,2\n`, /Row 201 \(line 202\) has 2 fields, expected 3/],
  ["a quote that is never closed", `${good()}"1,2,yes\n`, /ends inside a quoted field.*line 202/],
  ["text behind a closing quote", `${good()}"1"x,2,yes\n`, /text follows a closing quote/],
  [
    "bytes that are not UTF-8",
    Buffer.concat([Buffer.from(good()), Buffer.from([0x31, 0x2c, 0xe9, 0x2c, 0x79, 0x0a])]),
    /not valid UTF-8.*offset \d+/,
  ],
  ["zero bytes", `${good()}1,\0,yes\n`, /zero byte/],
  ["binary rubbish", rubbish, /./],
  ["a ZIP archive", Buffer.from("PK\u0003\u0004rest of it"), /ZIP archive or an Excel workbook/],
  ["a gzip file", Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0), /gzip; unpack it/],
  [
    "a Parquet file cut off in the middle",
    parquet.subarray(0, parquet.length / 2),
    /no readable Parquet.*again/,
  ],
  ["a Parquet file with a spoilt footer", spoilt(parquet, parquet.length - 30), /Parquet/],
  ["a target that is not there", good().replace("a,b,y", "a,b,z"), /no column "y"/],
  ["a target with one value", good().replaceAll("no", "yes"), /only one value/],
  ["a target without any value", good().replaceAll(/,(yes|no)$/gm, ","), /no value/],
  ["one column, which is the target", `y\n${"yes\nno\n".repeat(60)}`, /no column is left to learn from/],
];

function spoilt(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice();
  copy.fill(0xff, at, at + 20);
  return copy;
}

describe("a file that cannot be used", () => {
  it.each(REFUSED)("%s is refused in words that say what to do", async (_, content, message) => {
    const path = join(folder, "bad.csv");
    await writeFile(path, content);
    const { refusal } = await walkHostile(path, "y");
    expect(TYPED_REFUSALS).toContain(refusal?.code);
    expect(refusal?.message).toMatch(message);
    expect(refusal?.message.length).toBeGreaterThan(20);
    expect(refusal?.message).not.toMatch(/undefined|\[object|TypeError|at .*\.ts:/);
  });

  it("a folder, a missing and an unreadable file are refused", async () => {
    await mkdir(join(folder, "folder.csv"), { recursive: true });
    expect((await walkHostile(join(folder, "missing.csv"), "y")).refusal?.code).toBe("not-found");
    const refusal = (await walkHostile(join(folder, "folder.csv"), "y")).refusal;
    expect(refusal).not.toBeNull();
    const path = join(folder, "closed.csv");
    await writeFile(path, good());
    await chmod(path, 0o000);
    // Who runs as root may read everything.
    if (process.getuid?.() === 0) expect((await walkHostile(path, "y")).refusal).toBeNull();
    else expect((await walkHostile(path, "y")).refusal).not.toBeNull();
  });
});

const READ: readonly [string, (text: string) => string | Uint8Array][] = [
  ["a byte order mark", (text) => `\uFEFF${text}`],
  ["UTF-16", utf16],
  ["CRLF line ends", (text) => text.replaceAll("\n", "\r\n")],
  ["semicolons", (text) => text.replaceAll(",", ";")],
  ["tabs", (text) => text.replaceAll(",", "\t")],
  ["no line end at the end", (text) => text.trimEnd()],
  ["blank lines between", (text) => text.replaceAll("\n", "\n\n")],
  ["everything quoted", (text) => text.replaceAll(/[^,\n]+/g, (field) => `"${field}"`)],
];

describe("a file in another dress", () => {
  it.each(READ)("%s gives the same model as the plain file", async (_, dress) => {
    const model = async (content: string | Uint8Array) => {
      const path = join(folder, "dressed.csv");
      await writeFile(path, content);
      const { outputs, refusal } = await walkHostile(path, "y");
      expect(refusal).toBeNull();
      return outputs["train_classifier"]?.["model"];
    };
    expect(await model(dress(good()))).toBe(await model(good()));
  });
});
