import { describe, expect, it } from "vitest";
import { createHash } from "node:crypto";
import { castColumn } from "./cast-column.ts";
import { fingerprintBytes } from "./csv-source.ts";
import { canonicalRows, fingerprintIndices, fingerprintRows } from "./fingerprint-rows.ts";
import {
  columnNames,
  concatFrames,
  createFrame,
  dropColumns,
  filterRows,
  getColumn,
  renameColumns,
  selectColumns,
  selectRows,
  withColumn,
} from "./frame.ts";
import { frameFromRows, frameToRows } from "./frame-rows.ts";
import { readParquet } from "./read-parquet.ts";
import { writeCsv } from "./write-csv.ts";
import { writeParquet } from "./write-parquet.ts";

const people = frameFromRows([
  { age: 31, city: "Rome", member: true, since: "2024-03-01" },
  { age: null, city: "Oslo", member: false, since: null },
  { age: 45.5, city: null, since: "2023-01-15" },
]);

describe("a frame", () => {
  it("is made of JSON rows, each column with the kind of its values", () => {
    expect(people.columns.map((column) => column.kind)).toEqual([
      "numeric",
      "categorical",
      "boolean",
      "date",
    ]);
    expect(frameToRows(people)[2]).toEqual({ age: 45.5, city: null, member: null, since: "2023-01-15" });
    expect(() => frameFromRows([{ a: 1 }, { a: "x" }])).toThrow(/mixes texts/);
    expect(() => frameFromRows([{ a: {} }])).toThrow(/holds a object/);
  });

  it("selects, drops, renames, adds and filters", () => {
    expect(columnNames(selectColumns(people, ["city", "age"]))).toEqual(["city", "age"]);
    expect(columnNames(dropColumns(people, ["city"]))).toEqual(["age", "member", "since"]);
    expect(columnNames(renameColumns(people, { age: "years" }))[0]).toBe("years");
    const doubled = withColumn(people, { kind: "numeric", name: "age", values: Float64Array.of(1, 2, 3) });
    expect(frameToRows(doubled).map((row) => row.age)).toEqual([1, 2, 3]);
    expect(filterRows(people, (row) => row !== 1).rowCount).toBe(2);
    expect(frameToRows(selectRows(people, [2, 0])).map((row) => row.age)).toEqual([45.5, 31]);
  });

  it("refuses unknown columns, rows outside, double names and different lengths", () => {
    expect(() => getColumn(people, "town")).toThrow(/There is no column "town"\. The columns are: age, city/);
    expect(() => selectRows(people, [3])).toThrow(/Row 3 does not exist/);
    const column = getColumn(people, "age");
    expect(() => createFrame([column, column])).toThrow(/Two columns are called "age"/);
    expect(() => createFrame([column, { kind: "numeric", name: "x", values: new Float64Array(2) }])).toThrow(
      /2 rows/,
    );
  });

  it("merges dictionaries when concatenated and refuses other kinds", () => {
    const more = frameFromRows([{ since: "2020-01-01", member: true, city: "Bonn", age: 1 }]);
    expect(frameToRows(concatFrames([people, more])).map((row) => row.city)).toEqual([
      "Rome",
      "Oslo",
      null,
      "Bonn",
    ]);
    expect(() => concatFrames([people, castColumn(more, { column: "age", kind: "text" })])).toThrow(
      /cast one of them/,
    );
  });

  it("casts between kinds and names the first row that does not fit", () => {
    const text = castColumn(people, { column: "age", kind: "categorical" });
    expect(frameToRows(text).map((row) => row.age)).toEqual(["31", null, "45.5"]);
    expect(frameToRows(castColumn(text, { column: "age", kind: "numeric" }))).toEqual(frameToRows(people));
    expect(() => castColumn(people, { column: "city", kind: "numeric" })).toThrow(/Row 1 of column "city"/);
    const forced = castColumn(people, { column: "city", kind: "numeric", misfits: "missing" });
    expect(frameToRows(forced).map((row) => row.city)).toEqual([null, null, null]);
  });
});

describe("writeCsv", () => {
  it("quotes what needs it and guards against spreadsheet formulas when asked", () => {
    const frame = frameFromRows([
      { a: "=1+1", b: 'x "y"' },
      { a: "-", b: " lead" },
    ]);
    expect(writeCsv(frame)).toBe('a,b\n=1+1,"x ""y"""\n-," lead"\n');
    expect(writeCsv(frame, { isForSpreadsheet: true })).toBe('a,b\n\'=1+1,"x ""y"""\n\'-," lead"\n');
  });
});

describe("fingerprints", () => {
  it("are the SHA-256 of the documented canonical bytes", () => {
    const bytes = Buffer.concat([...canonicalRows(people)].map((piece) => Uint8Array.from(piece)));
    const double = (value: number): number[] => {
      const view = new DataView(new ArrayBuffer(8));
      view.setFloat64(0, value, false);
      return [1, ...new Uint8Array(view.buffer)];
    };
    const text = (value: string): number[] => [4, 0, 0, 0, value.length, ...Buffer.from(value)];
    const header =
      '["swarm-rows/2",[["age","number"],["city","string"],["member","boolean"],["since","date"]]]\n';
    const rows = [
      [...double(31), ...text("Rome"), 3, ...double(1_709_251_200_000)],
      [0, ...text("Oslo"), 2, 0],
      [...double(45.5), 0, 0, ...double(1_673_740_800_000)],
    ];
    expect(bytes).toEqual(Buffer.concat([Buffer.from(header), Buffer.from(rows.flat())]));
    expect(fingerprintRows(people)).toBe(createHash("sha256").update(bytes).digest("hex"));
  });

  it("are the same however long the texts and the table are", () => {
    const texts = ["a".repeat(3_000_000), "b".repeat(1_048_571), "", "é".repeat(700_000)];
    const frame = createFrame([{ kind: "text", name: "t", values: texts }]);
    const hash = createHash("sha256").update('["swarm-rows/2",[["t","string"]]]\n');
    for (const text of texts) {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(Buffer.byteLength(text));
      hash.update(Buffer.of(4)).update(length).update(text);
    }
    expect(fingerprintRows(frame)).toBe(hash.digest("hex"));
  });

  it("of bytes are what sha256sum prints, and of indices that of their decimal lines", async () => {
    expect(await fingerprintBytes({ text: "abc" })).toBe(
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    );
    expect(fingerprintIndices([1, 22])).toBe(createHash("sha256").update("1\n22\n").digest("hex"));
  });
});

describe("readParquet", () => {
  it.each([
    ["empty", new Uint8Array(0), "0 bytes"],
    ["another kind of file", new TextEncoder().encode("a,b\n1,2\n"), "another kind of file"],
    ["cut off", writeParquet(people).slice(0, -10), "its end is missing"],
    [
      "a broken footer",
      Uint8Array.from([...Buffer.from("PAR1"), 9, 9, 9, 9, 0xff, 0xff, 0, 0, ...Buffer.from("PAR1")]),
      "footer",
    ],
  ])("refuses a file that is %s", async (_, bytes, part) => {
    await expect(readParquet({ bytes })).rejects.toMatchObject({
      code: "bad-data",
      message: expect.stringContaining(part),
    });
  });

  it("refuses pages that are damaged", async () => {
    const bytes = writeParquet(people);
    bytes.fill(0xff, 4, 60);
    await expect(readParquet({ bytes })).rejects.toMatchObject({ code: "bad-data" });
  });

  it("reads the wanted columns only", async () => {
    const frame = await readParquet({ bytes: writeParquet(people) }, { columns: ["city"] });
    expect(columnNames(frame)).toEqual(["city"]);
    await expect(readParquet({ bytes: writeParquet(people) }, { columns: ["town"] })).rejects.toThrow(
      /no column "town"/,
    );
  });
});
