import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openRuntime } from "#api/boot/open-runtime.ts";
import { FailureError } from "#core/contract/failure.ts";
import { consumerCreditCsv } from "#lib/ml/index.ts";
import { writeCrashShelf } from "./crash-shelf.testing.ts";

/** What all runs of one crash test share, so that two of them can differ by nothing but their deaths. */
export interface CrashSetting {
  folder: string;
  shelf: string;
  cache: string;
  /** The words that start the run; `--approve` is to be added. */
  words: readonly string[];
  runId: string;
  /** A fresh home with the keys that all homes have. */
  makeHome(name: string): string;
  remove(): void;
}

const SEED = 7;
const RUN_ID = "run_crashtest";

/** `whole`: the demo's data and image. `small`: fewer rows and a lighter image. `short`: up to the last gate. */
export type CrashSize = "whole" | "small" | "short";

export async function createCrashSetting(size: CrashSize): Promise<CrashSetting> {
  const folder = mkdtempSync(join(tmpdir(), "swarm-crash-"));
  const data = join(folder, "consumer_credit.csv");
  writeFileSync(
    data,
    size === "whole" ? consumerCreditCsv({ seed: SEED }) : consumerCreditCsv({ seed: SEED, rowCount: 300 }),
  );
  const shelf = join(folder, "shelf");
  const { workflow } = writeCrashShelf(shelf, {
    withRuntimeLayer: size === "whole",
    withDocuments: size !== "short",
  });
  const first = join(folder, "first-home");
  const opened = await openRuntime({ environment: { SWARM_HOME: first } });
  if (!opened.ok) throw new FailureError(opened.failure);
  await opened.value.close();
  return {
    folder,
    shelf,
    cache: join(folder, "cache"),
    runId: RUN_ID,
    words: [
      "run",
      "Predict which applicants will default on a consumer loan",
      `--data=${data}`,
      "--target=defaulted",
      "--protected=sex",
      "--time-column=application_month",
      `--workflow=${workflow}`,
      `--seed=${SEED}`,
      `--run-id=${RUN_ID}`,
      "--json",
    ],
    makeHome(name) {
      const home = join(folder, name);
      mkdirSync(home, { mode: 0o700 });
      cpSync(join(first, "home-id"), join(home, "home-id"));
      cpSync(join(first, "keys"), join(home, "keys"), {
        recursive: true,
        // Where the key has signed belongs to the log that it signed.
        filter: (path) => !path.endsWith("signer-place.json"),
      });
      return home;
    },
    remove() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
