import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import { consumerCreditCsv } from "#lib/ml/index.ts";
import { type CommandContext, withRuntime } from "../command-context.ts";
import { runToEnd } from "./run.ts";

const SEED = 7;

export function addDemoCommand(command: Command, context: CommandContext): void {
  command
    .option("--json", "last line of stdout is the result as JSON")
    .option("--run-id <id>", "choose the run's id")
    .action((flags: { json?: boolean; runId?: string }) =>
      withRuntime(context, {}, async (opened) => {
        const folder = join(opened.home.root, "demo");
        await mkdir(folder, { recursive: true });
        const path = join(folder, "consumer_credit.csv");
        await writeFile(path, consumerCreditCsv({ seed: SEED }));
        const result = await runToEnd(context, opened, {
          problem:
            "Predict which applicants will default on a consumer loan, so that offers are priced fairly for women and men.",
          data: { path },
          target: "defaulted",
          protected: ["sex"],
          timeColumn: "application_month",
          approve: "auto",
          seed: SEED,
          runId: flags.runId,
          json: flags.json === true,
        });
        if (result?.status !== "succeeded" || flags.json === true) return;
        context.terminal.talk(
          [
            "",
            "Look at it in the console:   npx swarm serve   then open http://127.0.0.1:8000",
            `Check the log yourself:      npx swarm log verify --run ${result.runId}`,
            `Start the model's image:     ${join(result.workDir, "image")} is an OCI layout (skopeo inspect oci:...)`,
          ].join("\n"),
        );
      }),
    );
}
