import { execFileSync } from "node:child_process";
import { cpus, hostname, userInfo } from "node:os";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { EnvironmentRecord } from "#core/contract/environment-record.ts";
import { readEnvironment } from "./read-environment.ts";
import { SHIPPED_SOURCES } from "./source-digest.ts";

const made: string[] = [];
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

const LOCK = {
  lockfileVersion: 3,
  packages: {
    "": { name: "swarm", version: "1.2.3" },
    "node_modules/zod": { version: "4.6.7" },
    "node_modules/echarts/node_modules/tslib": { version: "2.3.0" },
    "node_modules/vitest": { version: "5.1.0", dev: true },
  },
};

/** A folder that looks like Swarm's own, with a source in each of the shipped folders. */
function sampleRoot(): string {
  const root = mkdtempSync(join(tmpdir(), "swarm-environment-"));
  made.push(root);
  for (const name of SHIPPED_SOURCES) {
    if (name !== "package.json") write(root, `${name}/one.ts`, `export const ${name} = 1;\n`);
  }
  write(root, "package.json", JSON.stringify({ name: "swarm", version: "1.2.3" }));
  write(root, "package-lock.json", JSON.stringify(LOCK));
  return root;
}
function write(root: string, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
const PATH = process.env["PATH"] ?? "";
const read = (root: string, environment: NodeJS.ProcessEnv = { PATH }) =>
  readEnvironment({ root, environment, threads: 2, taskMemoryMegabytes: 1000 });
const git = (root: string, ...words: string[]): string =>
  execFileSync("git", ["-c", "user.name=ada", "-c", "user.email=ada@example.org", ...words], {
    cwd: root,
    encoding: "utf8",
  });

describe("what a run is made with", () => {
  it("names version, sources, interpreter, platform, locked packages and computing, and fits its schema", async () => {
    const { sha256, record } = await read(sampleRoot());
    expect(EnvironmentRecord.parse(record)).toEqual(record);
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(record.code).toMatchObject({ version: "1.2.3", git: { status: "none" } });
    expect(record.runtime).toMatchObject({
      node: process.versions.node,
      v8: process.versions.v8,
      platform: process.platform,
      arch: process.arch,
    });
    expect(record.packages).toMatchObject({
      status: "locked",
      versions: { zod: "4.6.7", "echarts/node_modules/tslib": "2.3.0" },
    });
    expect(JSON.stringify(record.packages), "development's packages make nothing").not.toContain("vitest");
    expect(record.python).toEqual({ status: "absent" });
    expect(record.compute).toMatchObject({
      threads: 2,
      taskMemoryMegabytes: 1000,
      processorModel: cpus()[0]?.model.trim() ?? "unknown",
    });
  });

  it("has a sources' digest that sha256sum gives too, whatever the tests beside the sources say", async () => {
    const root = sampleRoot();
    write(root, "lib/one.test.ts", "it('is not shipped')");
    write(root, "agents/team/one.prompt.md", "You are one.");
    write(root, "core/testing/one.ts", "export const fake = 1;");
    const outside = execFileSync(
      "sh",
      [
        "-c",
        "find agents api bin core guardrails lib package.json tools -type f ! -name '*.test.ts' ! -path core/testing/one.ts | LC_ALL=C sort | xargs sha256sum | sha256sum",
      ],
      { cwd: root, encoding: "utf8" },
    );
    expect((await read(root)).record.code.sourcesSha256).toBe(outside.slice(0, 64));
    write(root, "lib/one.test.ts", "it('is another')");
    expect((await read(root)).record.code.sourcesSha256).toBe(outside.slice(0, 64));
    write(root, "agents/team/one.prompt.md", "You are two.");
    expect((await read(root)).record.code.sourcesSha256).not.toBe(outside.slice(0, 64));
  });

  it("names the commit of its own repository and whether shipped sources differ from it", async () => {
    const root = sampleRoot();
    git(root, "init", "--quiet");
    git(root, "add", ".");
    git(root, "commit", "--quiet", "-m", "one");
    const commit = git(root, "rev-parse", "HEAD").trim();
    expect((await read(root)).record.code.git).toEqual({ status: "commit", commit, isDirty: false });
    write(root, "docs/more.md", "not shipped");
    write(root, "lib/more.test.ts", "not shipped either");
    expect((await read(root)).record.code.git).toMatchObject({ isDirty: false });
    write(root, "lib/more.ts", "export const more = 1;\n");
    expect((await read(root)).record.code.git).toEqual({ status: "commit", commit, isDirty: true });
  });

  it("takes a repository around its folder for somebody else's", async () => {
    const root = sampleRoot();
    git(root, "init", "--quiet");
    write(root, "inner/package.json", JSON.stringify({ version: "1.0.0" }));
    for (const name of SHIPPED_SOURCES)
      if (name !== "package.json") write(root, `inner/${name}/one.ts`, "export {};\n");
    git(root, "add", ".");
    git(root, "commit", "--quiet", "-m", "one");
    expect((await read(join(root, "inner"))).record).toMatchObject({
      code: { git: { status: "none" } },
      packages: { status: "no-lock-file" },
    });
  });

  it("names the versions of a Python that is set up, and says when one does not answer", async () => {
    const root = sampleRoot();
    write(
      root,
      "python.mjs",
      '#!/usr/bin/env node\nconsole.log(JSON.stringify({ version: "3.11.7", packages: { numpy: "2.4.6" } }));\n',
    );
    execFileSync("chmod", ["+x", join(root, "python.mjs")]);
    const found = await read(root, { PATH, SWARM_PYTHON: join(root, "python.mjs") });
    expect(found.record.python).toEqual({
      status: "found",
      version: "3.11.7",
      packages: { numpy: "2.4.6" },
    });
    const gone = await read(root, { PATH, SWARM_PYTHON: join(root, "nothing") });
    expect(gone.record.python).toEqual({ status: "unreadable" });
    expect(gone.sha256).not.toBe(found.sha256);
  });

  it("is named by what bytes may depend on, not by the size of the machine", async () => {
    const root = sampleRoot();
    const small = await read(root);
    const large = await readEnvironment({ root, environment: { PATH }, threads: 4, taskMemoryMegabytes: 64 });
    expect(large.record.compute).not.toEqual(small.record.compute);
    expect(large.sha256).toBe(small.sha256);
    write(root, "package-lock.json", JSON.stringify({ ...LOCK, changed: true }));
    expect((await read(root)).sha256).not.toBe(small.sha256);
  });

  it("holds no name of a person or host, no folder and no variable's value", async () => {
    const root = sampleRoot();
    const text = JSON.stringify(
      await read(root, { PATH, HOME: root, SWARM_PYTHON: join(root, "secret-place"), KEY: "sk-secret" }),
    );
    const userName = userInfo().username;
    for (const secret of [root, "secret", hostname(), tmpdir(), ...(userName.length > 4 ? [userName] : [])])
      expect(text).not.toContain(secret);
  });
});
