import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { examples } from "#api/cli/help-examples.ts";
import { creditRun, writeCreditData } from "./credit-data.testing.ts";
import { createFolders, type Ended, plainEnvironment, root, swarm } from "./swarm-process.testing.ts";

const folders = createFolders();
const home = folders.make("talk");
const data = writeCreditData(folders.make("talk-data"), 400);
const runId = "run_talkedabout";
let ran: Ended;

beforeAll(async () => {
  ran = await swarm(creditRun(data, "--approve", "ask", "--run-id", runId, "--json"), { home });
  expect(ran.code, ran.stderr).toBe(3);
});
afterAll(() => folders.removeAll());

/** Every command that does something, by its words. */
const commands = [
  "run",
  "demo",
  ...["list", "show", "follow", "cancel", "resume", "diff"].map((verb) => `runs ${verb}`),
  ...["list", "show", "approve", "reject", "edit"].map((verb) => `gates ${verb}`),
  ...["list", "show", "call"].map((verb) => `tools ${verb}`),
  ...["list", "show"].map((verb) => `agents ${verb}`),
  ...["list", "show", "validate"].map((verb) => `workflows ${verb}`),
  ...["verify", "export", "checkpoint"].map((verb) => `log ${verb}`),
  "serve",
  "doctor",
];

describe("--help", () => {
  it.concurrent.each(commands)("of %s says what it does and shows how it is typed", async (words) => {
    const { code, stdout, stderr } = await swarm([...words.split(" "), "--help"], { home });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const [usage = "", , description = ""] = stdout.split("\n");
    expect(usage).toContain(`swarm ${words}`);
    expect(description.length).toBeGreaterThan(10);
    const shown = stdout.split("\n").filter((line) => line.startsWith(`  swarm ${words}`));
    expect(shown.length).toBeGreaterThan(0);
    for (const line of shown) {
      for (const [option] of line.matchAll(/--[a-z-]+/g)) {
        expect(stdout.slice(0, stdout.indexOf(line)), `${line}: ${option}`).toContain(option);
      }
    }
  });

  it("names every command, and each has examples", async () => {
    const { stdout } = await swarm(["--help"], { home });
    for (const name of new Set(commands.map((words) => words.split(" ")[0] ?? "")))
      expect(stdout).toMatch(new RegExp(`^  ${name} `, "m"));
    // A checkpoint's help tells how to check one instead.
    expect(Object.keys(examples).toSorted()).toEqual(
      commands.filter((words) => words !== "log checkpoint").toSorted(),
    );
  });

  it("is not needed to learn the version", async () => {
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
    expect(await swarm(["--version"], { home })).toMatchObject({
      code: 0,
      stdout: `${version}\n`,
      stderr: "",
    });
  });
});

describe("--json", () => {
  it.concurrent.each([
    ["runs", "list"],
    ["runs", "show", runId],
    ["runs", "resume", runId],
    ["gates", "list"],
    ["gates", "list", "--all"],
    ["tools", "list"],
    ["tools", "show", "profile_data"],
    ["agents", "list"],
    ["agents", "show", "ml_director"],
    ["workflows", "list"],
    ["workflows", "show", "governed_model"],
    ["log", "verify"],
    ["doctor"],
  ])("of %s %s is one JSON text on a line of its own, and nothing else is on stdout", async (...words) => {
    const { stdout } = await swarm([...words, "--json"], { home });
    expect(stdout.endsWith("\n")).toBe(true);
    expect(stdout.trimEnd()).not.toContain("\n");
    expect(JSON.parse(stdout)).toBeTypeOf("object");
  });

  it("of a run is its result, with every member of the contract", () => {
    expect(ran.stdout.trimEnd()).not.toContain("\n");
    const members = ["runId", "status", "seconds", "workDir", "problemType", "metrics", "fairness", "drift"];
    for (const member of [...members, "gates", "artifacts", "usage", "events", "chainHead"])
      expect(JSON.parse(ran.stdout)).toHaveProperty(member);
  });
});

describe("what people read", () => {
  it("has the measure that the model was judged by first, colours nowhere in a pipe", async () => {
    const { stdout, stderr } = await swarm(["runs", "show", runId], { home });
    expect(stdout).toMatch(/^metrics +auc 0\.\d+ +accuracy 0\.\d+/m);
    for (const text of [stdout, stderr, ran.stderr]) expect(text).not.toContain("\u001b");
  });

  it("may be cut short by its reader", () => {
    for (const words of ["tools list --json", "log verify --json", "tools list"]) {
      const shell = `${process.execPath} bin/swarm.mjs ${words} | head -c 1; echo " \${PIPESTATUS[0]}"`;
      const said = execFileSync("bash", ["-c", `{ ${shell}; } 2>&1`], {
        cwd: root,
        env: plainEnvironment({ home }),
        encoding: "utf8",
      });
      expect(said, words).toMatch(/^\S 0\n$/);
    }
  });
});
