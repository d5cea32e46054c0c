import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasTool, openssl, type OutsideTool } from "../proofs/outside-tool.ts";
import { creditRun, writeCreditData } from "./credit-data.testing.ts";
import { createFolders, plainEnvironment, root, swarm } from "./swarm-process.testing.ts";

const program = (name: string): OutsideTool => ({
  name,
  probe: () => void execFileSync(name, ["--version"], { stdio: "pipe" }),
  install: `On Debian: apt install ${name}`,
});
const tools = [openssl, program("skopeo"), program("sqlite3")];

const folders = createFolders();
const home = folders.make("document-home");
const desk = folders.make("document-desk");
const runId = "run_documented";
const text = readFileSync(join(root, "docs/verify.md"), "utf8");

afterAll(() => folders.removeAll());

/** The commands below a heading, as they are printed, with the reader's own names put in. */
function commandsBelow(heading: string): string {
  const part = text.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  const commands = /```sh\n([\s\S]*?)```/.exec(part)?.[1];
  if (commands === undefined) throw new Error(`docs/verify.md has no commands below ${heading}`);
  return commands
    .replaceAll("SWARM_HOME", home)
    .replaceAll("RUNFOLDER", join(home, "runs", runId))
    .replaceAll(/\bRUN\b/g, runId)
    .replaceAll("/tmp/content", join(desk, "content"));
}

/** Runs them in an empty folder, where `npx swarm` is this checkout's. */
function typed(commands: string): string {
  return execFileSync("bash", ["-euo", "pipefail", "-c", commands], {
    cwd: desk,
    env: { ...plainEnvironment({ home }), PATH: `${join(desk, "bin")}:${process.env["PATH"] ?? ""}` },
    encoding: "utf8",
    stdio: "pipe",
  });
}

describe.skipIf(!tools.every(hasTool))("docs/verify.md, word for word", () => {
  beforeAll(async () => {
    mkdirSync(join(desk, "bin"));
    const npx = `#!/bin/sh\nshift\nexec "${process.execPath}" "${join(root, "bin/swarm.mjs")}" "$@"\n`;
    writeFileSync(join(desk, "bin/npx"), npx, { mode: 0o755 });
    const data = writeCreditData(folders.make("document-data"), 400);
    const ran = await swarm(creditRun(data, "--approve", "auto", "--run-id", runId), { home });
    expect(ran.code, ran.stderr).toBe(0);
  });

  it("exports a log with a read-me that has the key's name in it", () => {
    const said = typed(commandsBelow("The log of a run"));
    expect(said).toMatch(
      /openssl pkeyutl -verify -pubin -inkey keys\/swarm-[0-9a-f]{8}\.[0-9a-f]{8}\.pub\.pem/,
    );
  });

  it("signs a checkpoint that a later look is held against", () => {
    expect(typed(commandsBelow("A checkpoint"))).toMatch(/^ok: \d+ events sound/);
  });

  it("shows how a checkpoint is checked in the command's own help", async () => {
    const { stdout } = await swarm(["log", "checkpoint", "--help"], { home });
    const commands = stdout
      .split("\n")
      .filter((line) => /^ {2}(swarm|sed|tail|openssl) /.test(line))
      .map((line) => line.trim().replace(/^swarm/, "npx swarm"));
    expect(commands).toHaveLength(4);
    expect(typed(commands.join("\n"))).toContain("Signature Verified Successfully");
  });

  it("verifies the signed files, every digest and the image", () => {
    const said = typed(commandsBelow("Signed files"));
    expect(said.match(/Signature Verified Successfully/g)).toHaveLength(2);
    expect(said).toMatch(/^model\.json: OK$/m);
    expect(said).toMatch(/"Digest": "sha256:[0-9a-f]{64}"/);
  });

  it("computes a payload's commitment from the database alone", () => {
    const said = typed(commandsBelow("The database"));
    const [commitment = "none"] = said.split("|");
    expect(commitment).toMatch(/^[0-9a-f]{64}$/);
    expect(said.trimEnd().endsWith(commitment)).toBe(true);
  });
});
