import { createPublicKey, verify } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { GateDetail, GateRow } from "#api/contract/gates.ts";
import { createFolders } from "../cli/swarm-process.testing.ts";
import { createTestClient, runThat, startRun, type TestClient } from "./api-client.testing.ts";
import { type ApiHome, startBody, writeApiHome } from "./api-home.testing.ts";
import { serveHere, type ServerHere } from "./api-server.testing.ts";

const folders = createFolders();
let home: ApiHome;
let server: ServerHere;
let client: TestClient;

beforeAll(async () => {
  home = writeApiHome(folders.make("api-whole"), { rowCount: 3000 });
  server = await serveHere(home);
  client = createTestClient(server.url);
});
afterAll(async () => {
  await server.stop();
  folders.removeAll();
});

/** Approves every open gate of the run for the input that it shows, and gives their kinds. */
async function approveOpenGates(runId: string): Promise<string[]> {
  const list = await client.get(`/api/v1/gates?state=open&runId=${runId}`);
  const { items } = list.json() as { items: GateRow[] };
  for (const { gateId } of items) {
    const { gate } = (await client.get(`/api/v1/gates/${gateId}`)).json() as GateDetail;
    const decided = await client.post(`/api/v1/gates/${gateId}/decision`, {
      decision: "approved",
      inputHash: gate.inputHash,
    });
    expect(decided.status, decided.body).toBe(200);
  }
  return items.map(({ kind }) => kind);
}

it("a problem and a data set's path are all it takes, but for the approvals", async () => {
  const runId = await startRun(
    client,
    startBody("governed_model", { protected: ["sex"], timeColumn: "application_month", approve: "ask" }),
  );
  const approved: string[] = [];
  const isDone = ({ status }: { status: string }): boolean => status === "waiting" || status === "succeeded";
  while ((await runThat(client, runId, isDone)).status === "waiting")
    approved.push(...(await approveOpenGates(runId)));
  expect(approved).toContain("deploy");

  const folder = join(home.home, "runs", runId);
  const left = readdirSync(folder, { recursive: true, encoding: "utf8" });
  for (const name of [
    "model.json",
    "metrics.json",
    "fairness.json",
    "drift.json",
    "shap.json",
    "model_card.md",
    "audit_report.pdf",
    "container/Dockerfile",
    "container/app.tar",
    "kubernetes/manifests.yaml",
  ])
    expect(left, name).toContain(name);
  const key = createPublicKey(readFileSync(join(folder, "signing-key.pem")));
  const signature = readFileSync(join(folder, "audit_report.pdf.sig"));
  expect(verify(null, readFileSync(join(folder, "audit_report.pdf")), key, signature)).toBe(true);
});
