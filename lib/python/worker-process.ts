import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { fail, ok, type Result } from "#core/contract/failure.ts";
import { CURE } from "./find-python.ts";
import { Hello, PROTOCOL, WorkerMessage } from "./python-wire.ts";
import { workerEnvironment } from "./worker-environment.ts";

/** What a worker stated of itself. */
export type WorkerGreeting = Extract<Hello, { versions: unknown }>;

/** One running worker: it loads the libraries once and serves fits until it is closed or dies. */
export interface WorkerProcess {
  readonly greeting: WorkerGreeting;
  readonly processId: number;
  /** True until it has died or been closed. */
  isAlive(): boolean;
  /** Sends one request; messages about it go to `listen` until that returns. */
  send(request: { id: number; method: "fit" | "cancel"; folder?: string }): void;
  listen(id: number, hear: (message: WorkerMessage | { event: "lost"; reason: string }) => void): () => void;
  close(): Promise<void>;
}

export interface WorkerTimeouts {
  /** Until the libraries are loaded. */
  startMs: number;
  /** Between two signs of life, which come every second. */
  silenceMs: number;
}

const SERVE = fileURLToPath(new URL("worker/serve.py", import.meta.url));

/** Starts a worker and waits for its greeting. */
export async function startWorker(options: {
  program: string;
  environment: NodeJS.ProcessEnv;
  folder: string;
  timeouts: WorkerTimeouts;
}): Promise<Result<WorkerProcess>> {
  const { program, environment, folder, timeouts } = options;
  // -I: nothing from the user's own site or environment; -B: no files beside the sources.
  const child = spawn(program, ["-I", "-B", SERVE], {
    cwd: folder,
    env: workerEnvironment(environment, folder),
    stdio: ["pipe", "pipe", "pipe"],
  });
  let complaints = "";
  child.stderr.setEncoding("utf8");
  child.stderr.on("data", (text: string) => {
    complaints = `${complaints}${text}`.slice(-2000);
  });
  child.stdin.on("error", () => undefined);
  const lines = createInterface({ input: child.stdout });
  const first = await firstLine(child, { lines, timeoutMs: timeouts.startMs });
  if (first === undefined) {
    child.kill("SIGKILL");
    const said = complaints.trim().split("\n").at(-1) ?? "";
    return fail(
      "missing-part",
      `${program} did not start as the Python backend (${said || "no word"}); ${CURE}`,
    );
  }
  const hello = Hello.safeParse(jsonOf(first));
  if (!hello.success || hello.data.protocol !== PROTOCOL) {
    child.kill("SIGKILL");
    return fail("missing-part", `the Python backend speaks another version than Swarm; ${CURE}`);
  }
  if ("missing" in hello.data) {
    child.kill("SIGKILL");
    return fail("missing-part", `the Python backend lacks a library (${hello.data.missing}); ${CURE}`);
  }
  return ok(watch(child, { lines, greeting: hello.data, timeouts, complaints: () => complaints }));
}

function firstLine(
  child: ChildProcessWithoutNullStreams,
  { lines, timeoutMs }: { lines: NodeJS.EventEmitter; timeoutMs: number },
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), timeoutMs);
    const end = (line?: string) => {
      clearTimeout(timer);
      resolve(line);
    };
    lines.once("line", (line: string) => end(line));
    lines.once("close", () => end());
    child.once("error", () => end());
  });
}

function watch(
  child: ChildProcessWithoutNullStreams,
  about: {
    lines: NodeJS.EventEmitter;
    greeting: WorkerGreeting;
    timeouts: WorkerTimeouts;
    complaints: () => string;
  },
): WorkerProcess {
  const listeners = new Map<number, (message: WorkerMessage | { event: "lost"; reason: string }) => void>();
  let isAlive = true;
  const ended = new Promise<void>((resolve) => {
    child.once("close", () => resolve());
  });
  const lose = (reason: string) => {
    if (!isAlive) return;
    isAlive = false;
    clearTimeout(silence);
    child.kill("SIGKILL");
    for (const hear of listeners.values()) hear({ event: "lost", reason });
  };
  const beSilent = () => lose(`no sign of life for ${about.timeouts.silenceMs} ms`);
  let silence = setTimeout(beSilent, about.timeouts.silenceMs).unref();
  about.lines.on("line", (line: string) => {
    clearTimeout(silence);
    silence = setTimeout(beSilent, about.timeouts.silenceMs).unref();
    const message = WorkerMessage.safeParse(jsonOf(line));
    if (!message.success) {
      lose("a line that is no message");
      return;
    }
    if (message.data.event === "alive") {
      for (const hear of listeners.values()) hear(message.data);
      return;
    }
    listeners.get(message.data.id)?.(message.data);
  });
  child.once("close", (code, signal) => {
    const last = about.complaints().trim().split("\n").at(-1) ?? "";
    lose(`it ended with ${signal ?? `exit code ${String(code)}`}${last === "" ? "" : ` (${last})`}`);
  });
  // An idle worker does not keep the process alive; its end of the pipe does not either.
  const hold = (isHeld: boolean) => {
    for (const part of [child, child.stdin, child.stdout, child.stderr] as {
      ref?(): void;
      unref?(): void;
    }[]) {
      if (isHeld) part.ref?.();
      else part.unref?.();
    }
  };
  hold(false);
  return {
    greeting: about.greeting,
    processId: child.pid ?? 0,
    isAlive: () => isAlive,
    send(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
    },
    listen(id, hear) {
      listeners.set(id, hear);
      hold(true);
      return () => {
        listeners.delete(id);
        if (listeners.size === 0) hold(false);
      };
    },
    async close() {
      hold(true);
      lose("it was closed");
      await ended;
    },
  };
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
