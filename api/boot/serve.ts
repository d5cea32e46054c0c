import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { ok, type Result } from "#core/contract/failure.ts";
import type { Readiness } from "../contract/health.ts";
import type { SenderLimits } from "../stream/sender.ts";
import { bindAddress } from "./bind-address.ts";
import { createApp } from "./create-app.ts";
import { homePasses, type PassTimes, VERIFICATION } from "./home-passes.ts";
import { listen, type Patience } from "./listen.ts";
import { localUser } from "./local-user.ts";
import type { OpenedRuntime } from "./open-runtime.ts";
import { type RunningPasses, startPasses } from "./passes.ts";
import { recordCheckpoint } from "./record-checkpoint.ts";
import { createSupervisor } from "./supervisor.ts";

export interface RunningServer {
  url: string;
  /** Lets runs go where they are, says goodbye to clients and signs the log. */
  stop(): Promise<void>;
}

export interface ServeOptions {
  host: string;
  port: number;
  maxConcurrent: number;
  report: (message: string) => void;
  /** Other times and limits than the shipped ones. */
  patience?: Patience;
  passTimes?: PassTimes;
  senderLimits?: SenderLimits;
}

/**
 * Starts API, sockets and console on one port, takes up what earlier processes left, and keeps runs and the home's
 * passes going. Failures: `conflict` when the port is taken, `missing-part` for a host that others can reach.
 */
export async function serve(opened: OpenedRuntime, options: ServeOptions): Promise<Result<RunningServer>> {
  const bound = await bindAddress(options.host);
  if (!bound.ok) return bound;
  let phase: "starting" | "running" | "stopping" = "starting";
  let passes: RunningPasses | undefined;
  const signLog = createLogSigner(opened, options.report);
  const supervisor = createSupervisor(opened.runtime, {
    maxConcurrent: options.maxConcurrent,
    onError: (runId, error) => {
      options.report(`run ${runId}: ${wordsOf(error)}`);
    },
    // A run that ended or waits is under a signature at once.
    onDriven: (_runId, outcome) => {
      if (outcome !== "detached") void signLog();
    },
  });
  const { version } = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8")) as {
    version: string;
  }; // our own manifest
  const app = createApp(
    {
      opened,
      activeRuns: () => supervisor.active(),
      caller: localUser,
      version,
      readiness: () => readiness(opened, { phase, passes }),
    },
    {
      hosts: ["localhost", "127.0.0.1", "[::1]", options.host],
      console: fileURLToPath(new URL("../../dashboard/dist", import.meta.url)),
      report: (error, requestId) => {
        const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
        options.report(`request ${requestId ?? "(unnamed)"}: ${words}`);
      },
      senderLimits: options.senderLimits,
    },
  );
  const listening = await listen(app, options);
  if (!listening.ok) return listening;
  const stop = async (): Promise<void> => {
    phase = "stopping";
    await passes?.stop();
    await supervisor.stop();
    await listening.value.close();
    await signLog();
  };
  try {
    await supervisor.start();
  } catch (error) {
    await stop();
    throw error;
  }
  passes = startPasses(
    homePasses(opened, {
      lookAgain: () => supervisor.lookAgain(),
      ...(options.passTimes === undefined ? {} : { times: options.passTimes }),
    }),
    { clock: opened.runtime.clock, report: options.report },
  );
  phase = "running";
  const host = options.host.includes(":") ? `[${options.host}]` : options.host;
  return ok({ url: `http://${host}:${listening.value.port}`, stop });
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Signs the log, one signature after the other. Another process that signs at the same moment is as good. */
function createLogSigner(opened: OpenedRuntime, report: (message: string) => void): () => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  const sign = async (): Promise<void> => {
    try {
      const signed = await recordCheckpoint(opened);
      if (!signed.ok && signed.failure.code !== "conflict") report(`checkpoint: ${signed.failure.message}`);
    } catch (error) {
      report(`checkpoint: ${wordsOf(error)}`);
    }
  };
  return () => {
    last = last.then(sign);
    return last;
  };
}

async function readiness(
  { stores }: OpenedRuntime,
  { phase, passes }: { phase: string; passes: RunningPasses | undefined },
): Promise<Readiness> {
  const log = await stores.log.head().then(
    ({ size }) => ({ part: "log", ok: true, detail: `${size} events` }),
    (error: unknown) => ({ part: "log", ok: false, detail: wordsOf(error) }),
  );
  const states = passes?.states() ?? [];
  const server = { part: "server", ok: phase === "running", detail: phase };
  const isSound = states.every(({ name, problem }) => name !== VERIFICATION || problem === undefined);
  return {
    // A pass that fails is told here; only what makes work pointless turns work away.
    status: log.ok && server.ok && isSound ? "ready" : "not-ready",
    checks: [
      server,
      log,
      ...states.map(({ name, problem }) => ({
        part: name,
        ok: problem === undefined,
        detail: problem ?? "comes round",
      })),
    ],
  };
}
