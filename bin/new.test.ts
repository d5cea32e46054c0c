import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { writeRecipe } from "./new.ts";

const made: string[] = [];
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A root with what the recipes touch. */
function emptyRoot(): string {
  const root = mkdtempSync(join(tmpdir(), "swarm-new-"));
  made.push(root);
  mkdirSync(join(root, "tools"));
  cpSync(new URL("../tools/index.ts", import.meta.url), join(root, "tools/index.ts"));
  return root;
}

describe("npm run new", () => {
  it("writes a tool with its test and registers it", async () => {
    const root = emptyRoot();
    const written = await writeRecipe(root, "tool", "data/measure_size");
    expect(written).toMatchObject({
      ok: true,
      files: ["tools/data/measure-size.ts", "tools/data/measure-size.test.ts", "tools/index.ts"],
    });
    const index = readFileSync(join(root, "tools/index.ts"), "utf8");
    expect(index).toContain('import { measureSize } from "./data/measure-size.ts";');
    expect(index).toMatch(/ {2}measureSize,\n\];/);
    expect(readFileSync(join(root, "tools/data/measure-size.ts"), "utf8")).toContain('name: "measure_size"');
  });

  it("writes an agent with its prompt, and a guardrail with its rows", async () => {
    const root = emptyRoot();
    expect((await writeRecipe(root, "agent", "data/data_taster")).ok).toBe(true);
    expect((await writeRecipe(root, "guardrail", "output_safety/no-shouting")).ok).toBe(true);
    expect(readFileSync(join(root, "agents/data/data_taster.agent.yaml"), "utf8")).toContain(
      "id: data_taster",
    );
    expect(readFileSync(join(root, "guardrails/output_safety/no-shouting/enforce.ts"), "utf8")).toContain(
      "createNoShoutingGuardrail",
    );
  });

  it.each([
    ["tool", "nowhere/measure", "there is no tool group nowhere"],
    ["tool", "data/Measure!", "no tool name"],
    ["agent", "nobody/x_y", "there is no team nobody"],
    ["poem", "a/b", "there is no recipe poem"],
    [undefined, undefined, "npm run new -- tool"],
  ])("says what is wrong with %s %s and writes nothing", async (kind, place, message) => {
    const written = await writeRecipe(emptyRoot(), kind, place);
    expect(written).toMatchObject({ ok: false, problem: expect.stringContaining(message) });
  });

  it("never overwrites", async () => {
    const root = emptyRoot();
    await writeRecipe(root, "tool", "data/measure_size");
    expect(await writeRecipe(root, "tool", "data/measure_size")).toMatchObject({
      ok: false,
      problem: expect.stringContaining("already"),
    });
  });
});
