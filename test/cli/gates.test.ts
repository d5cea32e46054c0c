import { chmodSync, cpSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { creditRun, writeCreditData } from "./credit-data.testing.ts";
import { createFolders, filesBelow, lastJson, startSwarm, swarm } from "./swarm-process.testing.ts";

const folders = createFolders();
const data = writeCreditData(folders.make("gates-data"), 500);
/** A home with a run that waits at its first gate; each test works on a copy of its own. */
const waiting = folders.make("gates-home");
let runId: string;
let gateId: string;

interface ShownGate {
  gateId: string;
  inputHash: string;
  state: string;
  shown: { facts: { drift: { artifact: string } } };
}
interface Ran {
  status: string;
  failure?: { code: string };
  gates: { id: string; state: string; comment?: string }[];
}

function copyOfHome(): string {
  const home = join(folders.make("gates-copy"), "home");
  cpSync(waiting, home, { recursive: true });
  return home;
}
const openGate = async (home: string): Promise<string> =>
  lastJson<{ gate_id: string }[]>(await swarm(["gates", "list", "--json"], { home }))[0]?.gate_id ?? "none";
const statusOf = async (home: string): Promise<string> =>
  lastJson<Ran>(await swarm(["runs", "show", runId, "--json"], { home })).status;

beforeAll(async () => {
  const asked = await swarm(creditRun(data, "--approve", "ask", "--json"), { home: waiting });
  expect(asked.code, asked.stderr).toBe(3);
  const result = lastJson<{ runId: string; status: string; gates: { id: string; state: string }[] }>(asked);
  expect(result).toMatchObject({ status: "waiting", gates: [{ state: "open" }] });
  runId = result.runId;
  gateId = result.gates[0]?.id ?? "none";
  for (const words of [`gates show ${gateId}`, `gates approve ${gateId}`, `runs resume ${runId}`])
    expect(asked.stderr, "says how to go on").toContain(words);
});
afterAll(() => folders.removeAll());

describe("a run that waits at a gate, its process long gone", () => {
  it("is listed and shown, approved and gone on with by processes of their own", async () => {
    const home = copyOfHome();
    expect(await openGate(home)).toBe(gateId);
    const shown = lastJson<ShownGate>(await swarm(["gates", "show", gateId, "--json"], { home }));
    expect(shown).toMatchObject({
      gateId,
      state: "open",
      inputHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    const text = await swarm(["gates", "show", gateId], { home });
    expect(text.stdout).toContain(shown.inputHash);
    expect(text.stdout).toContain(shown.shown.facts.drift.artifact);

    const approve = ["gates", "approve", gateId, "--input-hash", shown.inputHash, "--reason", "seasonal"];
    expect(await swarm(approve, { home })).toMatchObject({ code: 0 });
    expect(await statusOf(home), "an answer alone drives nothing").toBe("waiting");
    const second = await swarm(["runs", "resume", runId, "--json"], { home });
    expect(second.code).toBe(3);
    const last = await openGate(home);
    expect(last).not.toBe(gateId);
    expect(await swarm(["gates", "approve", last], { home })).toMatchObject({ code: 0 });
    const ended = await swarm(["runs", "resume", runId, "--json"], { home });
    expect(ended.code, ended.stderr).toBe(0);
    expect(lastJson<Ran>(ended)).toMatchObject({
      status: "succeeded",
      gates: [
        { id: gateId, state: "approved", comment: "seasonal" },
        { id: last, state: "approved" },
      ],
    });
    expect((await swarm(["log", "verify"], { home })).code).toBe(0);

    const again = await swarm(["runs", "resume", runId, "--json"], { home });
    expect(again.code).toBe(0);
    expect(again.stderr).toMatch(/has ended already \(succeeded\)/);
    expect(lastJson(again)).toEqual(lastJson(ended));
    const late = await swarm(["gates", "approve", last], { home });
    expect(late).toMatchObject({ code: 2, stdout: "" });
  });

  it("waits on when it is taken up without an answer", async () => {
    const home = copyOfHome();
    const resumed = await swarm(["runs", "resume", runId], { home });
    expect(resumed.code).toBe(3);
    expect(resumed.stderr).toContain(`swarm gates approve ${gateId}`);
    expect(await openGate(home)).toBe(gateId);
  });

  it("refuses an approval of something else", async () => {
    const home = copyOfHome();
    const wrong = ["gates", "approve", gateId, "--input-hash", "0".repeat(64)];
    const refused = await swarm(wrong, { home });
    expect(refused.stderr).toMatch(/has changed.*gates show/);
    expect(refused).toMatchObject({ code: 6, stdout: "" });
    expect(await openGate(home)).toBe(gateId);
  });

  it.each([
    [
      "changed",
      (path: string) => {
        chmodSync(path, 0o644);
        writeFileSync(path, readFileSync(path, "utf8").replace(/0\.\d/, "0.0"));
      },
    ],
    ["gone", (path: string) => rmSync(path)],
  ])("refuses an approval when an artifact that it shows is %s on the disk", async (_, harm) => {
    const home = copyOfHome();
    const shown = lastJson<ShownGate>(await swarm(["gates", "show", gateId, "--json"], { home }));
    const digest = shown.shown.facts.drift.artifact;
    const path = filesBelow(join(home, "artifacts")).find((file) =>
      file.replaceAll("/", "").endsWith(digest),
    );
    if (path === undefined) throw new Error(`no file for ${digest}`);
    harm(path);
    const refused = await swarm(["gates", "approve", gateId], { home });
    expect(refused.stderr).toContain(digest.slice(0, 12));
    expect(refused).toMatchObject({ code: 6, stdout: "" });
    expect(await openGate(home)).toBe(gateId);
  });

  it("ends as refused when it is rejected, with the reason on record", async () => {
    const home = copyOfHome();
    const reject = ["gates", "reject", gateId, "--reason", "too much drift"];
    expect(await swarm(reject, { home })).toMatchObject({ code: 0 });
    const ended = await swarm(["runs", "resume", runId, "--json"], { home });
    expect(ended.code).toBe(6);
    expect(lastJson<Ran>(ended)).toMatchObject({
      status: "failed",
      failure: { code: "gate-rejected" },
      gates: [{ id: gateId, state: "rejected", comment: "too much drift" }],
    });
    const again = await swarm(["runs", "resume", runId], { home });
    expect(again.stderr).toMatch(/has ended already \(failed\)/);
    expect(again.code).toBe(6);
  });

  it("is cancelled where it waits, and its gate is closed", async () => {
    const home = copyOfHome();
    expect(await swarm(["runs", "cancel", runId, "--reason", "wrong data"], { home })).toMatchObject({
      code: 0,
    });
    expect(await statusOf(home)).toBe("cancelled");
    expect(await openGate(home)).toBe("none");
    expect((await swarm(["gates", "approve", gateId], { home })).code).toBe(2);
    expect((await swarm(["runs", "resume", runId], { home })).code).toBe(5);
  });

  it("goes to one of two processes that take it up; the other says who has it", async () => {
    const home = copyOfHome();
    await swarm(["gates", "approve", gateId], { home });
    const first = startSwarm(["runs", "resume", runId, "--json"], { home });
    await first.saw("taken up again");
    // Held in mid-drive: it is alive and has the lease for as long as the other looks.
    first.child.kill("SIGSTOP");
    const other = await swarm(["runs", "resume", runId, "--json"], { home });
    first.child.kill("SIGCONT");
    expect(other.stderr).toMatch(
      new RegExp(`driven by process ${first.child.pid}.*swarm runs follow ${runId}`),
    );
    expect(other).toMatchObject({ code: 2, stdout: "" });
    expect((await first.ended).code).toBe(3);
  });

  it("cannot go on where its deployment's policy is another one", async () => {
    const home = copyOfHome();
    await swarm(["gates", "approve", gateId], { home });
    const folder = folders.make("gates-deployment");
    writeFileSync(join(folder, "config.yaml"), "id: other\nbasedOn: generic_ml@1.0.0\n");
    const refused = await swarm(["runs", "resume", runId, "--deployment", folder], { home });
    expect(refused.stderr).toMatch(/created under deployment/);
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    const moved = `${home}-moved`;
    renameSync(home, moved);
    expect((await swarm(["runs", "resume", runId], { home: moved })).code, "a home can be moved").toBe(3);
  });
});
