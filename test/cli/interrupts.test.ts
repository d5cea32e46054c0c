import type { ChildProcess } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { creditRun, writeCreditData } from "./credit-data.testing.ts";
import { createFolders, lastJson, startSwarm, swarm } from "./swarm-process.testing.ts";

const folders = createFolders();
// Large enough that training is still at work when the signal comes.
const data = writeCreditData(folders.make("interrupt-data"), 30_000);
const start = (runId: string): string[] => creditRun(data, "--approve", "auto", "--run-id", runId, "--json");
const statusOf = async (home: string, runId: string): Promise<unknown> =>
  lastJson(await swarm(["runs", "show", runId, "--json"], { home }))["status"];

afterAll(() => folders.removeAll());

describe("Ctrl-C", () => {
  it("once asks the run to end, and what was made stays", async () => {
    const home = folders.make("cancel");
    const running = startSwarm(start("run_cancelled"), { home });
    await running.saw("load_dataset ✓");
    running.child.kill("SIGINT");
    await running.saw("asking the run to end");
    const ended = await running.ended;
    expect(ended.code, ended.stderr).toBe(5);
    const result = lastJson<{ status: string; artifacts: unknown[] }>(ended);
    expect(result.status).toBe("cancelled");
    expect(result.artifacts.length).toBeGreaterThan(0);
    expect((await swarm(["runs", "resume", "run_cancelled"], { home })).code).toBe(5);
    expect((await swarm(["log", "verify"], { home })).code).toBe(0);
  });

  it("twice lets the run go as it is, and says how to go on", async () => {
    const home = folders.make("detach");
    const running = startSwarm(start("run_detached"), { home });
    await running.saw("load_dataset ✓");
    pressTwice(running.child);
    const ended = await running.ended;
    expect(ended.stderr).toContain("swarm runs resume run_detached");
    expect(ended.code).toBe(4);
    expect(lastJson(ended)).toMatchObject({ status: "running" });
    // The end was asked for before: whoever takes the run up ends it.
    expect((await swarm(["runs", "resume", "run_detached"], { home })).code).toBe(5);
  });
});

describe("SIGTERM", () => {
  it("lets the run go without a word in the log; it goes on to its end in another process", async () => {
    const home = folders.make("terminate");
    const running = startSwarm(start("run_terminated"), { home });
    await running.saw("load_dataset ✓");
    running.child.kill("SIGTERM");
    const ended = await running.ended;
    expect(ended.code).toBe(4);
    expect(lastJson(ended)).toMatchObject({ status: "running" });
    expect(ended.stderr).toContain("swarm runs resume run_terminated");
    expect(await statusOf(home, "run_terminated")).toBe("running");
    const resumed = await swarm(["runs", "resume", "run_terminated", "--json"], { home });
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(lastJson(resumed)).toMatchObject({ status: "succeeded" });
  });
});

/**
 * Two signals as close as two can be: the system drops one that is sent while the same is still waiting to be
 * delivered, and an ending that was asked for takes only moments.
 */
function pressTwice(child: ChildProcess): void {
  child.kill("SIGINT");
  const isPending = (): boolean => {
    const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
    const waiting = /^ShdPnd:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0";
    return (BigInt(`0x${waiting}`) & 2n) !== 0n;
  };
  while (existsSync(`/proc/${child.pid}`) && isPending());
  child.kill("SIGINT");
}
