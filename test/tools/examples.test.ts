import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openRuntime, type OpenedRuntime } from "#api/boot/open-runtime.ts";
import { localUser } from "#api/boot/local-user.ts";
import { createSampleResolver } from "#api/cli/resolve-samples.ts";
import type { JsonValue } from "#core/contract/json.ts";
import { callByHand } from "#core/run/call-by-hand.ts";
import { tools } from "#tools/index.ts";

/** Refused on purpose where nothing is set up: a tracking server. */
const NEEDS_A_SERVER = new Set(["log_experiment"]);

let folder: string;
let opened: OpenedRuntime;
let resolveSamples: ReturnType<typeof createSampleResolver>;

const call = (tool: string, input: JsonValue) => {
  const user = localUser();
  return callByHand(opened.runtime, {
    tool,
    input,
    by: user.kind === "user" ? { ...user, role: "operator" } : user,
    seed: 0,
    signal: new AbortController().signal,
  });
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "swarm-examples-"));
  const runtime = await openRuntime({ environment: { SWARM_HOME: folder } });
  if (!runtime.ok) throw new Error(runtime.failure.message);
  opened = runtime.value;
  resolveSamples = createSampleResolver({
    samples: opened.samples,
    facts: undefined,
    folder: join(folder, "samples"),
    call,
    announce: () => {},
  });
});
afterAll(async () => {
  await opened.close();
  await rm(folder, { recursive: true, force: true });
});

describe("the example of a tool's help", () => {
  it("is there for every tool on the shelf", () => {
    expect(tools.filter((tool) => tool.example === undefined)).toEqual([]);
  });

  it.each(tools.filter((tool) => tool.needsRun !== true).map((tool) => tool.name))(
    "runs as it stands and answers what the schema says: %s",
    async (name) => {
      const tool = tools.find((candidate) => candidate.name === name);
      // Examples are literals of the tools' files, so they are JSON.
      const input = await resolveSamples(tool?.example as JsonValue);
      expect(input).toMatchObject({ ok: true });
      if (!input.ok) return;
      const { end } = await call(name, input.value);
      if (NEEDS_A_SERVER.has(name)) {
        expect(end).toMatchObject({ ok: false, failure: { code: "missing-part" } });
        return;
      }
      expect(end).toMatchObject({ ok: true });
      if (end.ok) expect(tool?.output.safeParse(end.output).success).toBe(true);
    },
    120_000,
  );

  it("names the samples there are when one is unknown", async () => {
    const unknown = await resolveSamples({ model: "sample:nothing" });
    expect(unknown).toMatchObject({ ok: false, failure: { code: "not-found" } });
    expect(unknown.ok ? "" : unknown.failure.message).toMatch(/no sample nothing; there are file, .*model/);
  });
});
