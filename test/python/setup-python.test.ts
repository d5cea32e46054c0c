import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { consumerCreditCsv, CONSUMER_CREDIT } from "#lib/ml/samples/consumer-credit.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "swarm-setup-python-"));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function run(script: string, parameters: readonly string[], environment: Readonly<Record<string, string>>) {
  const { SWARM_PYTHON: _named, SWARM_PYTHON_HOME: _home, ...others } = process.env;
  return spawnSync(process.execPath, [join(root, script), ...parameters], {
    env: { ...others, ...environment },
    encoding: "utf8",
  });
}

describe("npm run setup:python", () => {
  it("without a Python that is new enough ends with 7 and says what to install", () => {
    const ran = run("bin/setup-python.mjs", [], {
      SWARM_PYTHON: join(folder, "absent"),
      SWARM_PYTHON_HOME: join(folder, "venv"),
    });
    expect(ran.status).toBe(7);
    expect(ran.stderr).toMatch(/no Python 3\.11 or newer.*python3-venv/);
  });

  it("leaves a folder alone that holds something else", () => {
    const home = mkdtempSync(join(folder, "mine-"));
    writeFileSync(join(home, "thesis.txt"), "all of it");
    const ran = run("bin/setup-python.mjs", [], { SWARM_PYTHON_HOME: home });
    expect(ran.status).toBe(2);
    expect(ran.stderr).toContain("SWARM_PYTHON_HOME");
    expect(readdirSync(home)).toEqual(["thesis.txt"]);
  });
});

describe("swarm without the Python backend", () => {
  it("ends a training with LightGBM with 7 and the command that brings it, and doctor shows it absent", () => {
    const path = join(folder, "credit.csv");
    writeFileSync(path, consumerCreditCsv({ rowCount: 600 }));
    const home = { SWARM_HOME: join(folder, "home"), SWARM_PYTHON_HOME: join(folder, "none") };
    const call = (tool: string, input: object) =>
      run("bin/swarm.mjs", ["tools", "call", tool, "--input", JSON.stringify(input)], home);
    const output = (text: string) => (JSON.parse(text) as { output: Record<string, string> }).output; // the call's answer
    const { target } = CONSUMER_CREDIT;
    const { dataset } = output(call("load_dataset", { source: path, target }).stdout);
    const { train, validation } = output(call("split_train_test", { dataset, target }).stdout);
    const ran = call("train_classifier", { train, validation, target, algorithm: "lightgbm" });
    expect(ran.status).toBe(7);
    expect(ran.stderr).toContain("npm run setup:python");
    expect(run("bin/swarm.mjs", ["doctor"], home).stdout).toMatch(/absent\s+training backend python/);
  });
});
