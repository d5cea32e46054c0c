import { describe, expect, it } from "vitest";
import { MlError } from "../score/ml-error.ts";
import { cellText } from "../score/column.ts";
import { getColumn } from "./frame.ts";
import { frameToRows } from "./frame-rows.ts";
import { readCsv, type ReadCsvOptions } from "./read-csv.ts";

const read = (text: string, options?: ReadCsvOptions) => readCsv({ text }, options);
const readBytes = (bytes: readonly number[], options?: ReadCsvOptions) =>
  readCsv({ bytes: Uint8Array.from(bytes) }, options);

async function failure(work: Promise<unknown>): Promise<MlError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof MlError) return error;
    throw error;
  }
  throw new Error("The call was expected to fail.");
}

async function kindOf(values: readonly string[]): Promise<string> {
  const { frame } = await read(`x,y\n${values.map((value) => `${value},1`).join("\n")}\n`);
  return getColumn(frame, "x").kind;
}

describe("readCsv", () => {
  it("infers each column's kind from all of its values", async () => {
    expect(await kindOf(["1", "-2.5", "", "1e3", "NA"])).toBe("numeric");
    expect(await kindOf(["true", "False", ""])).toBe("boolean");
    expect(await kindOf(["2024-01-31", "2024-02-01"])).toBe("date");
    expect(await kindOf(["2024-01", "2024-02"])).toBe("date");
    expect(await kindOf(["1/13/2011", "12/31/2011"])).toBe("date");
    expect(await kindOf(["31/12/2011", "1/1/2012"])).toBe("date");
    expect(await kindOf(["31/12/2011", "12/31/2012"])).toBe("categorical");
    expect(await kindOf(["a", "b", ""])).toBe("categorical");
    expect(await kindOf(["007", "12"])).toBe("categorical");
    expect(await kindOf(["none", "full", "none"])).toBe("categorical");
  });

  it("keeps long or mostly distinct strings as text", async () => {
    expect(await kindOf(Array.from({ length: 150 }, (_, index) => `person ${index}`))).toBe("text");
    expect(await kindOf(["word ".repeat(40), "again ".repeat(40)])).toBe("text");
  });

  it("reads a second time when the beginning misled about a kind", async () => {
    const rows = Array.from({ length: 6000 }, (_, index) => `${index},${index < 5500 ? "" : "late"}`);
    rows[5900] = "oops,late";
    const { frame, report } = await read(`n,tag\n${rows.join("\n")}\n`);
    expect(getColumn(frame, "n").kind).toBe("text");
    expect(getColumn(frame, "tag").kind).toBe("categorical");
    expect(report.warnings[0]).toContain('Column "n" is read as text');
  });

  it("follows RFC 4180 for quotes, doubled quotes, line breaks and a last line without end", async () => {
    const { frame } = await read('a,b\r\n"x,1","say ""hi"""\r\n"two\nlines",plain "quote"\r\n"",z');
    expect(frameToRows(frame)).toEqual([
      { a: "x,1", b: 'say "hi"' },
      { a: "two\nlines", b: 'plain "quote"' },
      { a: null, b: "z" },
    ]);
  });

  it("accepts lone carriage returns as line ends and skips blank lines, counting them", async () => {
    const { frame, report } = await read("a,b\r1,2\r\r3,4\r");
    expect(frame.rowCount).toBe(2);
    expect(report.blankLines).toBe(1);
  });

  it.each([",", ";", "\t", "|"])("detects the delimiter %j and reports it", async (delimiter) => {
    const text = `name${delimiter}note\nx${delimiter}"1,5; 2|3\t4"\ny${delimiter}z\n`;
    const { frame, report } = await read(text);
    expect(report.delimiter).toBe(delimiter);
    expect(frame.columns.map((column) => column.name)).toEqual(["name", "note"]);
  });

  it("reads one column without any delimiter, even without a final line end", async () => {
    const { frame } = await read("value\n1\n2");
    expect(frameToRows(frame)).toEqual([{ value: 1 }, { value: 2 }]);
    expect((await read("a;b\n1;2")).report.delimiter).toBe(";");
  });

  it("gives the same frame however the bytes are cut into chunks", async () => {
    const text = 'ä,"b\r\nc"\r\n"1 ""€"" 𝄞",2\r\n"x",3\r\n';
    const bytes = new TextEncoder().encode(text);
    const whole = await readCsv({ bytes });
    for (const size of [1, 2, 3, 5]) {
      const stream = (async function* () {
        for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
      })();
      const pieces = await readCsv({ stream });
      expect(pieces.frame).toEqual(whole.frame);
      expect(pieces.report.sha256).toBe(whole.report.sha256);
    }
  });

  it("detects UTF-8 with a mark and UTF-16 with and without one", async () => {
    const text = "name,x\nMüller,1\n";
    const utf16 = Buffer.from(text, "utf16le");
    const swapped = Buffer.from(utf16).swap16();
    const cases: readonly [string, Buffer, boolean][] = [
      ["utf-8", Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(text)]), true],
      ["utf-16le", Buffer.concat([Buffer.from([0xff, 0xfe]), utf16]), true],
      ["utf-16be", Buffer.concat([Buffer.from([0xfe, 0xff]), swapped]), true],
      ["utf-16le", utf16, false],
      ["utf-16be", swapped, false],
    ];
    for (const [encoding, bytes, hasMark] of cases) {
      const { frame, report } = await readCsv({ bytes });
      expect(report).toMatchObject({ encoding, hasByteOrderMark: hasMark });
      expect(frameToRows(frame)).toEqual([{ name: "Müller", x: 1 }]);
    }
  });

  it("names the byte offset of the first byte that is not UTF-8, and reads it as latin1 when told to", async () => {
    const bytes = [...Buffer.from("näme,x\nM", "utf8"), 0xfc, ...Buffer.from("ller,1\n")];
    const error = await failure(readBytes(bytes));
    expect(error).toMatchObject({ code: "bad-data", details: { byteOffset: 9 } });
    expect(error.message).toContain('"latin1"');
    const { frame } = await readBytes([...Buffer.from("x\nM"), 0xfc, ...Buffer.from("ller\n")], {
      encoding: "latin1",
    });
    expect(cellText(getColumn(frame, "x"), 0)).toBe("Müller");
  });

  it("finds a bad byte deep inside a large file and at a chunk boundary", async () => {
    const filler = new Uint8Array(2_500_000).fill(0x61);
    filler.set(Buffer.from("x\n"));
    for (const at of [1_048_575, 1_048_576, 2_000_000, 2_499_999]) {
      const bytes = filler.slice();
      bytes[at] = 0xff;
      expect((await failure(readCsv({ bytes }))).details).toEqual({ byteOffset: at });
    }
  });

  it.each([
    [[0x50, 0x41, 0x52, 0x31, 1, 2], "Parquet"],
    [[0x50, 0x4b, 3, 4, 1], "Excel"],
    [[0x1f, 0x8b, 8], "gzip"],
    [[0x61, 0, 0, 0, 7, 0x0a, 0x62], "zero byte"],
  ])("says what a file is that is no text", async (bytes, word) => {
    const error = await failure(readBytes(bytes));
    expect(error.code).toBe("bad-data");
    expect(error.message).toContain(word);
  });

  it.each([
    ["", "empty"],
    ["\n\n", "no header"],
    ["a,b\n", "no rows"],
    ["a,,c\n1,2,3\n", "field 2 is blank"],
    ["a,b,a\n1,2,3\n", '"a" twice'],
    ['a,b\n"x,1\n', "inside a quoted field"],
    ['a,b\n"x"y,1\n', "follows a closing quote"],
  ])("refuses %j with a message that says what is wrong", async (text, part) => {
    const error = await failure(read(text));
    expect(error.code).toBe("bad-data");
    expect(error.message).toContain(part);
  });

  it("names row, line and field counts of a ragged row", async () => {
    const error = await failure(read('a,b\n"1\n",2\n3\n'));
    expect(error.message).toContain("Row 2 (line 4) has 1 field, expected 2");
    expect(error.details).toEqual({ row: 2, line: 4, expected: 2, actual: 1 });
  });

  it("takes names that replace a bad header", async () => {
    const { frame } = await read("a,a\n1,2\n", { names: ["left", "right"] });
    expect(frameToRows(frame)).toEqual([{ left: 1, right: 2 }]);
  });

  it("refuses misfits of a stated kind with their first row, or makes them missing", async () => {
    const text = "x,y\n1,a\ntwo,b\nthree,c\n";
    const error = await failure(read(text, { kinds: { x: "numeric" } }));
    expect(error.details).toEqual({ column: "x", row: 2, count: 2 });
    const { frame, report } = await read(text, { kinds: { x: "numeric" }, misfits: "missing" });
    expect(frameToRows(frame).map((row) => row.x)).toEqual([1, null, null]);
    expect(report.columns[0]).toMatchObject({ misfits: 2, missing: 2 });
  });

  it("keeps the written text of numbers that are stated to be categories", async () => {
    const { frame } = await read("x\n1\n1.0\n01\n", { kinds: { x: "categorical" } });
    expect(getColumn(frame, "x")).toMatchObject({ dictionary: ["01", "1", "1.0"] });
  });

  it("reads only the wanted columns and rows", async () => {
    const { frame, report } = await read("a,b,c\n1,2,3\n4,5,6\n7,8,9\n", { columns: ["c", "a"], maxRows: 2 });
    expect(frameToRows(frame)).toEqual([
      { a: 1, c: 3 },
      { a: 4, c: 6 },
    ]);
    expect(report.sha256).toBeNull();
  });

  it("stops with out-of-memory at the stated limit", async () => {
    const text = `x\n${"1\n".repeat(300_000)}`;
    expect((await failure(read(text, { maxMemoryBytes: 1_000_000 }))).code).toBe("out-of-memory");
  });

  it("says that a path does not exist", async () => {
    const error = await failure(readCsv({ path: "/nowhere/at/all.csv" }));
    expect(error.code).toBe("bad-data");
    expect(error.message).toContain("ENOENT");
  });

  it("reads every double back to the last bit", async () => {
    const numbers = [
      0.1,
      1 / 3,
      1e-300,
      5e-324,
      1.7976931348623157e308,
      123456789.123456,
      2 ** 53 + 2,
      0.30000000000000004,
    ];
    const { frame } = await read(`x\n${numbers.map(String).join("\n")}\n`);
    expect(frameToRows(frame).map((row) => row.x)).toEqual(numbers);
  });
});
