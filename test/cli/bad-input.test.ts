import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFolders, type Ended, filesBelow, lastJson, swarm } from "./swarm-process.testing.ts";

const folders = createFolders();
const home = folders.make("bad-input");
const data = folders.make("bad-data");
const file = (name: string): string => join(data, name);

const goodRows = Array.from(
  { length: 200 },
  (_, row) => `${((row * 37) % 101) / 10},${"xyz"[row % 3]},${(row * 7) % 5 < 2 ? "yes" : "no"}`,
);

beforeAll(() => {
  const csv = (header: string, rows: readonly string[]): string => `${header}\n${rows.join("\n")}\n`;
  writeFileSync(file("good.csv"), csv("amount,kind,target", goodRows));
  writeFileSync(file("empty.csv"), "");
  writeFileSync(file("header-only.csv"), "amount,kind,target\n");
  writeFileSync(
    file("ragged.csv"),
    csv("amount,kind,target", [...goodRows.slice(0, 5), "1.5,x", ...goodRows]),
  );
  writeFileSync(
    file("one-value.csv"),
    csv(
      "amount,kind,target",
      goodRows.map((row) => row.replace(/(yes|no)$/, "yes")),
    ),
  );
  writeFileSync(file("latin1.csv"), Buffer.from(csv("amount,stra\u00dfe,target", goodRows), "latin1"));
  writeFileSync(file("binary.csv"), Buffer.from([0x61, 0x2c, 0x62, 0x0a, 0x00, 0x01, 0x2c, 0x02, 0x0a]));
  writeFileSync(file("nothing.parquet"), "");
  writeFileSync(
    file("corrupt.parquet"),
    Buffer.concat([Buffer.from("PAR1"), Buffer.alloc(400, 7), Buffer.from("PAR1")]),
  );
  writeFileSync(file("text.parquet"), "this is no Parquet at all");
  mkdirSync(file("folder.csv"));
});
afterAll(() => folders.removeAll());

const run = (...more: string[]): string[] => ["run", "who says yes", "--approve", "auto", ...more];
const about = (name: string, ...more: string[]): string[] =>
  run("--data", file(name), "--target", "target", ...more);

/** One paragraph on stderr that says what, where and what to do; nothing on stdout. */
function expectOneParagraph(
  ended: Ended,
  expected: { code: number; says: readonly (string | RegExp)[] },
): void {
  expect(ended.stderr).not.toMatch(/\n\s+at |node:internal|Error: /);
  expect(ended.stderr.trimEnd().split("\n").length).toBeLessThanOrEqual(3);
  for (const words of expected.says) expect(ended.stderr).toMatch(words);
  expect(ended.stdout).toBe("");
  expect(ended.signal).toBeNull();
  expect(ended.code).toBe(expected.code);
}

interface Case {
  what: string;
  words: string[];
  code?: number;
  says: (string | RegExp)[];
  environment?: Record<string, string>;
}

const dataCases: Case[] = [
  { what: "a missing file", words: about("no-such.csv"), says: ["no-such.csv", /check the path/] },
  { what: "an empty file", words: about("empty.csv"), says: ["empty.csv", "0 bytes"] },
  {
    what: "a header and nothing else",
    words: about("header-only.csv"),
    says: ["header-only.csv", /no rows/],
  },
  {
    what: "a ragged row",
    words: about("ragged.csv"),
    says: ["ragged.csv", /line 7/, /2 fields, expected 3/],
  },
  {
    what: "a target that is no column",
    words: run("--data", file("good.csv"), "--target", "Targett"),
    says: ["good.csv", "Targett", /amount, kind, target/],
  },
  { what: "a target with one value", words: about("one-value.csv"), says: ["one-value.csv", /one value/] },
  {
    what: "a file that is not UTF-8",
    words: about("latin1.csv"),
    says: ["latin1.csv", /UTF-8/, /offset \d+/],
  },
  { what: "bytes that are no text", words: about("binary.csv"), says: ["binary.csv", /zero byte/] },
  { what: "a Parquet of 0 bytes", words: about("nothing.parquet"), says: ["nothing.parquet", "0 bytes"] },
  { what: "a damaged Parquet", words: about("corrupt.parquet"), says: ["corrupt.parquet", /Parquet/] },
  { what: "a text named Parquet", words: about("text.parquet"), says: ["text.parquet", "PAR1"] },
  { what: "a folder as data", words: about("folder.csv"), says: ["folder.csv", /is no file/] },
  {
    what: "a protected column that is not there",
    words: about("good.csv", "--protected", "kind,sex"),
    says: ["good.csv", "sex", /amount, kind, target/],
  },
  {
    what: "a time column that is not there",
    words: about("good.csv", "--time-column", "month"),
    says: ["month"],
  },
  {
    what: "a protected target",
    words: about("good.csv", "--protected", "target"),
    says: ["target", /protected/],
  },
];

const optionCases: Case[] = [
  {
    what: "an empty problem",
    words: ["run", "  ", ...about("good.csv").slice(2)],
    says: [/problem statement/],
  },
  { what: "no data", words: run("--target", "target"), says: ["--data", "--help"] },
  { what: "no target", words: run("--data", file("good.csv")), says: ["--target"] },
  {
    what: "an option that is misspelt",
    words: about("good.csv", "--protcted", "kind"),
    says: ["--protcted", "Did you mean --protected"],
  },
  { what: "a command that is misspelt", words: ["rns", "list"], says: ["rns", "Did you mean run"] },
  {
    what: "a seed that is no number",
    words: about("good.csv", "--seed", "x"),
    says: ["--seed", '"x"', /whole/],
  },
  { what: "a negative seed", words: about("good.csv", "--seed", "-1"), says: ["--seed"] },
  { what: "a seed too large", words: about("good.csv", "--seed", "2147483648"), says: ["2147483647"] },
  {
    what: "a budget of nothing",
    words: about("good.csv", "--budget-usd", "0"),
    says: ["--budget-usd", /above 0/],
  },
  { what: "a budget in words", words: about("good.csv", "--budget-usd", "ten"), says: ["--budget-usd"] },
  {
    what: "another way to approve",
    words: about("good.csv", "--approve", "maybe"),
    says: ["maybe", "ask or auto"],
  },
  {
    what: "a workflow that is not there",
    words: about("good.csv", "--workflow", "governed_modle"),
    says: ["governed_modle", "did you mean governed_model"],
  },
  {
    what: "a provider that is not there",
    words: about("good.csv", "--provider", "antropic"),
    says: ["antropic", "did you mean anthropic"],
  },
  {
    what: "a provider of the environment that is not there",
    words: about("good.csv"),
    environment: { SWARM_PROVIDER: "nobody" },
    says: ["nobody", /Known: .*playbook/],
  },
  {
    what: "a provider without its key",
    words: about("good.csv", "--provider", "anthropic"),
    code: 7,
    says: ["ANTHROPIC_API_KEY"],
  },
  {
    what: "a default provider without its key",
    words: about("good.csv"),
    environment: { SWARM_PROVIDER: "openai" },
    code: 7,
    says: ["OPENAI_API_KEY"],
  },
  { what: "a run id of another form", words: about("good.csv", "--run-id", "mine"), says: ["mine", /run_/] },
  {
    what: "a time of documents that is none",
    words: about("good.csv"),
    environment: { SOURCE_DATE_EPOCH: "yesterday" },
    says: ["SOURCE_DATE_EPOCH", "yesterday"],
  },
];

const idCases: Case[] = [
  { what: "an unknown run", words: ["runs", "show", "run_000000"], says: ["run_000000", "swarm runs list"] },
  { what: "a run id of another form", words: ["runs", "show", "mine"], says: ["mine", "swarm runs list"] },
  { what: "an unknown run to resume", words: ["runs", "resume", "run_000000"], says: ["run_000000"] },
  { what: "an unknown run to cancel", words: ["runs", "cancel", "run_000000"], says: ["run_000000"] },
  { what: "an unknown run to follow", words: ["runs", "follow", "run_000000"], says: ["run_000000"] },
  {
    what: "an unknown gate",
    words: ["gates", "show", "gate_000000"],
    says: ["gate_000000", "swarm gates list"],
  },
  { what: "an unknown gate to approve", words: ["gates", "approve", "gate_000000"], says: ["gate_000000"] },
  { what: "a status that is none", words: ["runs", "list", "--status", "done"], says: ["done", "succeeded"] },
  { what: "a limit that is none", words: ["runs", "list", "--limit", "many"], says: ["--limit", "1000"] },
  { what: "an unknown agent", words: ["agents", "show", "ml_directr"], says: ["did you mean ml_director"] },
  { what: "an unknown tool", words: ["tools", "show", "profile_dat"], says: ["did you mean profile_data"] },
  {
    what: "arguments that are no JSON",
    words: ["tools", "call", "profile_data", "--input", "{"],
    says: ["JSON", "@FILE"],
  },
  {
    what: "a file of arguments that is not there",
    words: ["tools", "call", "profile_data", "--input", `@${file("none.json")}`],
    says: ["none.json"],
  },
  {
    what: "a workflow file that is not there",
    words: ["workflows", "validate", file("none.yaml")],
    says: ["none.yaml", /check the path/],
  },
  {
    what: "a run of another form to list gates of",
    words: ["gates", "list", "--run", "mine"],
    says: ["mine"],
  },
  {
    what: "an export that is not there",
    words: ["log", "verify", "--export", file("none")],
    says: ["none", "swarm log export"],
  },
  {
    what: "a run to verify that is not there",
    words: ["log", "verify", "--run", "run_000000"],
    says: ["run_000000"],
  },
  {
    what: "a checkpoint that is not there",
    words: ["log", "verify", "--since", file("none")],
    says: ["none"],
  },
  {
    what: "a run to export that is not there",
    words: ["log", "export", "--run", "run_000000", "--out", file("out")],
    says: ["run_000000"],
  },
  { what: "a port that is none", words: ["serve", "--port", "http"], says: ["--port"] },
];

describe.each([
  ["data", dataCases],
  ["options", optionCases],
  ["names", idCases],
])("bad %s", (_, cases) => {
  it.concurrent.each(cases)(
    "$what is told in a paragraph",
    async ({ words, code = 2, says, environment }) => {
      const ended = await swarm(words, { home, ...(environment === undefined ? {} : { environment }) });
      expectOneParagraph(ended, { code, says });
    },
  );
});

describe("after all that", () => {
  it("nothing was started and nothing was kept", async () => {
    expect(lastJson(await swarm(["runs", "list", "--json"], { home }))).toEqual([]);
    expect(filesBelow(join(home, "artifacts"))).toEqual([]);
    expect(filesBelow(join(home, "runs"))).toEqual([]);
    expect(filesBelow(join(home, "scratch"))).toEqual([]);
  });

  it("an unknown tool called by hand answers as the contract says", async () => {
    const ended = await swarm(["tools", "call", "profile_dat", "--input", "{}"], { home });
    expect(ended.code).toBe(2);
    expect(lastJson(ended)).toMatchObject({ ok: false, failure: { code: "tool-unknown" } });
    expect(ended.stderr).toContain("did you mean profile_data");
  });
});
