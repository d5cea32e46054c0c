import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { type AddressInfo } from "node:net";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { creditRun, writeCreditData } from "./credit-data.testing.ts";
import { createFolders, filesBelow, lastJson, root, swarm } from "./swarm-process.testing.ts";

const folders = createFolders();
const data = writeCreditData(folders.make("configuration-data"), 400);
const start = (...more: string[]): string[] => creditRun(data, "--approve", "auto", ...more);

afterAll(() => folders.removeAll());

/** A deployment folder with this configuration, and this workflow if one is given. */
function deployment(config: string, workflow?: string): string {
  const folder = folders.make("deployment");
  writeFileSync(join(folder, "config.yaml"), config);
  mkdirSync(join(folder, "workflows"));
  if (workflow !== undefined) writeFileSync(join(folder, "workflows/mine.workflow.yaml"), workflow);
  return folder;
}

const base = "id: customer\nbasedOn: generic_ml@1.0.0\n";
const shipped = readFileSync(join(root, "lib/workflows/governed_model.workflow.yaml"), "utf8").replace(
  "id: governed_model",
  "id: mine",
);

describe("a deployment or workflow with a mistake", () => {
  const home = folders.make("configuration");
  const cases = [
    {
      what: "an unknown key",
      folder: deployment(`${base}limts:\n  maxModelCalls: 3\n`),
      says: /config\.yaml:3:1: unknown key limts; did you mean limits\?/,
    },
    {
      what: "an unknown key further in",
      folder: deployment(`${base}policies:\n  - id: no-training\n    tol: "train_*"\n`),
      says: /config\.yaml:5:5: unknown key tol; did you mean tool\?/,
    },
    {
      what: "text that is no YAML",
      folder: deployment("id: [customer\n"),
      says: /config\.yaml:\d+:\d+: not valid YAML/,
    },
    {
      what: "a template that is not there",
      folder: deployment("id: customer\nbasedOn: generic_mm@1.0.0\n"),
      says: /generic_mm.*generic_ml/,
    },
    {
      what: "a workflow with an unknown key",
      folder: deployment(base, shipped.replace("flow: graph", "flow: graph\nmaxVisit: 3")),
      says: /mine\.workflow\.yaml:\d+:1: unknown key maxVisit; did you mean maxVisits\?/,
    },
    {
      what: "a workflow with an unknown agent",
      folder: deployment(base, shipped.replace("agent: ml_director", "agent: ml_directr")),
      says: /mine\.workflow\.yaml:\d+:\d+: .*ml_directr.*ml_director/,
    },
    {
      what: "a guardrail that is not there",
      folder: deployment(`${base}guardrails:\n  delegation-lop: {}\n`),
      says: /delegation-lop; did you mean delegation-loop\?/,
    },
  ];

  it.concurrent.each(cases)("$what is named with file and line", async ({ folder, says }) => {
    const ended = await swarm(start("--deployment", folder), { home });
    expect(ended.stderr).toMatch(says);
    expect(ended).toMatchObject({ code: 2, stdout: "" });
  });

  it("a folder without a configuration is told what one is", async () => {
    const ended = await swarm(start("--deployment", join(home, "nowhere")), { home });
    expect(ended.stderr).toMatch(/nowhere.*config\.yaml/);
    expect(ended.code).toBe(2);
  });

  it("leaves no home behind", () => {
    expect(filesBelow(home)).toEqual([]);
  });
});

describe("an agent's manifest with an unknown key", () => {
  it("is named with file and line", async () => {
    const { loadAgents } = await import("#lib/manifests/load-agents.ts");
    const folder = folders.make("agents");
    const manifest = readFileSync(join(root, "agents/data/data_profiler.agent.yaml"), "utf8");
    writeFileSync(join(folder, "data_profiler.agent.yaml"), manifest.replace("tools:", "toools:"));
    writeFileSync(join(folder, "data_profiler.prompt.md"), "You profile data.\n");
    const loaded = await loadAgents(folder, { tools: [] });
    expect(loaded).toMatchObject({
      ok: false,
      failure: {
        message: expect.stringMatching(/agent\.yaml:\d+:1: unknown key toools; did you mean tools/),
      },
    });
  });
});

describe("a provider key that is wrong", () => {
  let stub: Server;
  let address: string;
  let asked = 0;
  const key = "sk-ant-not-a-key-0123456789abcdef";

  beforeAll(async () => {
    stub = createServer((request, response) => {
      asked += 1;
      request.resume();
      const error = {
        type: "authentication_error",
        message: `invalid key ${String(request.headers["x-api-key"])}`,
      };
      response.writeHead(401, { "content-type": "application/json" });
      response.end(JSON.stringify({ type: "error", error }));
    });
    await new Promise<void>((resolve) => stub.listen(0, "127.0.0.1", resolve));
    address = `http://127.0.0.1:${(stub.address() as AddressInfo).port}`; // listens on a port
  });
  afterAll(() => stub.close());

  it.each([
    ["anthropic", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", ""],
    ["openai", "OPENAI_API_KEY", "OPENAI_BASE_URL", "/v1"],
  ])(
    "of %s ends the run at its first question, once, and is written nowhere",
    async (provider, name, url, path) => {
      const home = folders.make(provider);
      asked = 0;
      const ended = await swarm(start("--provider", provider, "--json"), {
        home,
        environment: { [name]: key, [url]: `${address}${path}` },
      });
      expect(ended.code).toBe(7);
      expect(ended.stderr).toContain(name);
      expect(asked).toBe(1);
      expect(lastJson(ended)).toMatchObject({
        status: "failed",
        failure: { code: "provider-rejected-key", message: expect.stringContaining(name) },
      });
      expect(`${ended.stdout}${ended.stderr}`).not.toContain(key);
      for (const file of filesBelow(home)) expect(readFileSync(file, "latin1"), file).not.toContain(key);
      expect((await swarm(["log", "verify"], { home })).code).toBe(0);
    },
  );
});

describe("a home that cannot be used", () => {
  it("is told as such where a file stands in its place", async () => {
    const file = join(folders.make("home"), "file");
    writeFileSync(file, "");
    for (const home of [file, join(file, "below")]) {
      for (const words of [start(), ["runs", "list"]]) {
        const ended = await swarm(words, { home });
        expect(ended.stderr).toMatch(/home folder .*file.* cannot be used.*SWARM_HOME/);
        expect(ended).toMatchObject({ code: 4, stdout: "" });
      }
    }
  });

  it("is told as such where nothing can be made, at once", async () => {
    const ended = await swarm(start(), { home: "/proc/swarm/home" });
    expect(ended.stderr).toMatch(/\/proc\/swarm.* cannot be used.*SWARM_HOME/);
    expect(ended).toMatchObject({ code: 4, stdout: "" });
  });

  it("is left alone when a newer Swarm wrote it, or another program", async () => {
    const home = folders.make("newer");
    await swarm(["doctor"], { home });
    const database = new Database(join(home, "swarm.db"));
    database.pragma("user_version = 99");
    database.close();
    const before = readFileSync(join(home, "swarm.db"));
    const newer = await swarm(start(), { home });
    expect(newer.stderr).toMatch(/swarm\.db was written by a newer Swarm \(schema 99/);
    expect(newer).toMatchObject({ code: 4, stdout: "" });
    expect(readFileSync(join(home, "swarm.db")).equals(before)).toBe(true);

    writeFileSync(join(home, "swarm.db"), Buffer.alloc(8192, 0x5a));
    const foreign = await swarm(["log", "verify"], { home });
    expect(foreign.stderr).toMatch(/swarm\.db is not a database of Swarm/);
    expect(foreign.code).toBe(4);
    expect(filesBelow(join(home, "artifacts"))).toEqual([]);
  });

  it("is not made by commands that only look at the shelf or verify", async () => {
    const home = join(folders.make("none"), "home");
    for (const words of [
      ["tools", "list"],
      ["agents", "list"],
      ["workflows", "list"],
      ["runs", "list"],
      ["gates", "list", "--all"],
      ["log", "verify"],
      ["--help"],
    ]) {
      await swarm(words, { home });
    }
    expect(filesBelow(home)).toEqual([]);
    const ended = await swarm(["log", "verify"], { home });
    expect(ended.stderr).toMatch(/there is no .*swarm\.db/);
    expect(ended.code).toBe(2);
  });
});
