import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CONSUMER_CREDIT, consumerCreditCsv } from "#lib/ml/index.ts";

const command = fileURLToPath(new URL("../../bin/swarm.mjs", import.meta.url));

/** A network namespace of its own holds not even a loopback that is up: every connection fails at once. */
const apart = ["-r", "-n"];
function canBeApart(): boolean {
  if (spawnSync("unshare", [...apart, "true"]).status === 0) return true;
  const message =
    "this machine gives no network namespace (unshare -rn): the run without a network is not shown";
  if (process.env["CI"] !== undefined) throw new Error(message);
  console.warn(`SKIPPED: ${message}`);
  return false;
}

describe.runIf(canBeApart())("without any network and without any key", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "swarm-offline-"));
    writeFileSync(join(folder, "credit.csv"), consumerCreditCsv({ rowCount: 1500 }));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it("a run comes to its end, with everything that a run leaves", () => {
    const said = execFileSync(
      "unshare",
      [
        ...apart,
        process.execPath,
        command,
        "run",
        "Predict who will default",
        "--data",
        join(folder, "credit.csv"),
        "--target",
        CONSUMER_CREDIT.target,
        "--protected",
        "sex",
        "--approve",
        "auto",
        "--json",
      ],
      { env: { PATH: process.env["PATH"] ?? "", SWARM_HOME: join(folder, "home") }, encoding: "utf8" },
    );
    const result = JSON.parse(said.trim().split("\n").at(-1) ?? "") as { runId: string; status: string };
    expect(result.status).toBe("succeeded");
    const left = readdirSync(join(folder, "home/runs", result.runId), { recursive: true, encoding: "utf8" });
    expect(left.find((name) => name.endsWith("Dockerfile"))).toBeDefined();
    for (const name of [
      "model.json",
      "metrics.json",
      "fairness.json",
      "drift.json",
      "shap.json",
      "model_card.md",
      "audit_report.pdf",
      "audit_report.pdf.sig",
      "manifest.json",
      "image/index.json",
      "kubernetes/manifests.yaml",
    ])
      expect(left, name).toContain(name);
  });
});
