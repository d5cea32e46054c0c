import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import { FailureError, fail } from "#core/contract/failure.ts";
import { exportLog } from "#core/ops/export-log.ts";
import type { LogFinding } from "#core/ops/log-finding.ts";
import { verifyExport } from "#core/ops/verify-export.ts";
import { type LogReport, verifyLog } from "#core/ops/verify-log.ts";
import { createExportFolder, openExportFolder } from "#lib/crypto/export-folder.ts";
import { openLog } from "../../boot/open-log.ts";
import { keptCheckpoints, recordCheckpoint } from "../../boot/record-checkpoint.ts";
import {
  type CommandContext,
  reportFailure,
  reportThrown,
  withOpened,
  withRuntime,
} from "../command-context.ts";
import { exitCode } from "../exit-code.ts";
import { parseRunId } from "../parse-run-id.ts";

interface VerifyFlags {
  run?: string;
  since?: string;
  export?: string;
  json?: boolean;
}

/** Shown by --help, and run word for word by test/cli. */
export const CHECKPOINT_HELP = `
Keep the checkpoint where this machine cannot rewrite it (or name a folder on another disk in
SWARM_CHECKPOINTS). Check one without Swarm, with the key that you got when the home was made:

  swarm log checkpoint > note.txt
  sed '/^$/,$d' note.txt > body
  tail -n 1 note.txt | cut -d ' ' -f 3 | base64 -d | tail -c 64 > signature
  openssl pkeyutl -verify -pubin -inkey "$SWARM_HOME"/keys/*.pub.pem -rawin -in body -sigfile signature

Later, hold the log against it:   swarm log verify --since note.txt`;

export function addLogCommand(log: Command, context: CommandContext): void {
  log
    .command("verify")
    .description("chains, tree, payload commitments and signed checkpoints; names the first bad event")
    .option("--run <run>", "count and check the content of this run only; chains and tree are always whole")
    .option("--since <file>", "a checkpoint that you kept: the log must hold at least what it speaks of")
    .option("--export <folder>", "check an exported log offline instead of this home's")
    .option("--json", "JSON instead of text")
    .addHelpText("after", "\nReads only, damaged databases too. Exit code 4 when anything is wrong.")
    .action((flags: VerifyFlags) =>
      flags.export === undefined ? verifyHome(context, flags) : verifyFolder(context, flags.export, flags),
    );
  log
    .command("export")
    .description("tiles, checkpoints, keys and a run's events with proofs, checkable without Swarm")
    .requiredOption("--out <folder>", "a folder that does not exist yet")
    .option("--run <run>", "add this run's events, proofs and payload keys")
    .option("--content", "hand out the run's prompts, arguments and results too")
    .option("--json", "JSON instead of text")
    .action((flags: { out: string; run?: string; content?: boolean; json?: boolean }) =>
      exportHome(context, flags),
    );
  log
    .command("checkpoint")
    .description("sign the log as it stands and print the checkpoint")
    .addHelpText("after", CHECKPOINT_HELP)
    .action(() =>
      withRuntime(context, {}, async (opened) => {
        const signed = await recordCheckpoint(opened);
        if (!signed.ok) {
          reportFailure(context, signed.failure);
          return;
        }
        if (signed.value.note === undefined) {
          reportFailure(context, fail("invalid-input", "the log is empty; there is nothing to sign").failure);
          return;
        }
        context.terminal.data(signed.value.note.trimEnd());
        context.terminal.talk(
          `signed with ${opened.signer.keyName}; its public key is ${join(opened.home.keys, `${opened.signer.keyName}.pub.pem`)}. How to check it without Swarm: swarm log checkpoint --help`,
        );
      }),
    );
}

function verifyHome(context: CommandContext, flags: VerifyFlags): Promise<void> {
  return withOpened(context, openLog(context.environment), async ({ stores, key, checkpoints }) => {
    const runId = flags.run === undefined ? undefined : parseRunId(context, flags.run);
    if (flags.run !== undefined && runId === undefined) return;
    const report = await verifyLog({
      integrity: stores.integrity,
      keys: [key],
      checkpoints,
      // These are all that the home's places hold: one that is on record and not among them was taken away.
      expectKept: true,
      ...(flags.since === undefined ? {} : { since: await readNote(flags.since) }),
      ...(runId === undefined ? {} : { stream: { kind: "run", id: runId } as const }),
    });
    if (report.ok && runId !== undefined && report.events === 0) {
      reportFailure(
        context,
        fail("not-found", `there is no run ${runId}; list the runs with: swarm runs list`).failure,
      );
      return;
    }
    reportVerdict(context, report, flags.json === true);
  });
}

async function verifyFolder(context: CommandContext, folder: string, flags: VerifyFlags): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory() !== true) {
    reportFailure(
      context,
      fail("not-found", `there is no folder ${folder}; name one that swarm log export wrote`).failure,
    );
    return;
  }
  try {
    const report = await verifyExport({
      source: openExportFolder(folder),
      ...(flags.since === undefined ? {} : { since: await readNote(flags.since) }),
    });
    if (flags.json !== true) {
      context.terminal.talk(
        "The keys are those in the export itself: compare its key file with the one you know.",
      );
    }
    reportVerdict(context, report, flags.json === true);
  } catch (error) {
    reportThrown(context, error);
  }
}

function exportHome(
  context: CommandContext,
  flags: { out: string; run?: string; content?: boolean; json?: boolean },
): Promise<void> {
  return withRuntime(context, {}, async (opened) => {
    const runId = flags.run === undefined ? undefined : parseRunId(context, flags.run);
    if (flags.run !== undefined && runId === undefined) return;
    if (runId !== undefined && (await opened.stores.log.streamHead({ kind: "run", id: runId })).seq === 0) {
      reportFailure(
        context,
        fail("not-found", `there is no run ${runId}; list the runs with: swarm runs list`).failure,
      );
      return;
    }
    if (flags.content === true && runId === undefined) {
      reportFailure(context, fail("invalid-input", "--content goes with --run: name the run").failure);
      return;
    }
    const signed = await recordCheckpoint(opened);
    if (!signed.ok) {
      reportFailure(context, signed.failure);
      return;
    }
    if (signed.value.note === undefined) {
      reportFailure(context, fail("invalid-input", "the log is empty; there is nothing to export").failure);
      return;
    }
    const exported = await exportLog({
      integrity: opened.stores.integrity,
      payloads: opened.stores.payloads,
      signer: opened.signer,
      checkpoint: signed.value.note,
      checkpoints: await keptCheckpoints(opened),
      out: await createExportFolder(flags.out),
      // A run's export must not hand out the events of others; the tree stays checkable by its hashes.
      withEntries: runId === undefined,
      ...(runId === undefined ? {} : { stream: { kind: "run", id: runId } as const }),
      withContent: flags.content === true,
    });
    if (!exported.ok) {
      reportFailure(context, exported.failure);
      return;
    }
    if (flags.json === true) context.terminal.json({ ok: true, out: flags.out, ...exported.value });
    else
      context.terminal.data(
        `${exported.value.files} files at ${flags.out} for ${exported.value.size} events; README.txt there says how to check them`,
      );
  });
}

async function readNote(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new FailureError(
      fail(
        "not-found",
        `the checkpoint ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      ).failure,
      { cause: error },
    );
  }
}

function reportVerdict(context: CommandContext, report: LogReport, isJson: boolean): void {
  if (!report.ok) context.setExitCode(exitCode.failed);
  if (isJson) {
    context.terminal.json(report);
    return;
  }
  if (report.ok) {
    const chain = report.chainHead === undefined ? "" : `, chain head ${report.chainHead}`;
    context.terminal.data(
      `ok: ${report.events} events sound, ${report.checkpoints} checkpoints agree, root ${report.head}${chain}`,
    );
    if (report.checkpoints === 0) {
      context.terminal.talk(
        "No checkpoint was there to compare with: a cut tail would not show. Sign one with: swarm log checkpoint",
      );
    }
    return;
  }
  context.terminal.data(findingText(report.firstBad));
}

function findingText({ position, stream, seq, fault, detail }: LogFinding): string {
  const where =
    stream === undefined
      ? `position ${position}`
      : `event ${seq} of ${stream.kind} ${stream.id} (position ${position})`;
  return `NOT OK: the first bad place is ${where}: ${fault}: ${detail}`;
}
