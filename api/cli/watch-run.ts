import type { RunId } from "#core/contract/ids.ts";
import { evolveRun } from "#core/events/fold-run.ts";
import { readRunEvent } from "#core/events/run-event.ts";
import type { RunState } from "#core/events/run-state.ts";
import type { Runtime } from "#core/run/runtime.ts";
import { describeEvent, type EventLine, type Tone } from "./describe-event.ts";
import type { Terminal } from "./terminal.ts";

const colour: Record<Tone, string> = {
  plain: "",
  good: "\u001b[32m",
  bad: "\u001b[31m",
  ask: "\u001b[33m",
  dim: "\u001b[2m",
  strong: "\u001b[1m",
};
const spinner = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/** Shows a run as it goes: a growing tree, and in a terminal a last line that tells what is at work. */
export interface RunView {
  /** Resolves when the signal aborts and everything committed before was shown. */
  finished: Promise<void>;
}

export function watchRun(
  runtime: Runtime,
  runId: RunId,
  options: { terminal: Terminal; signal: AbortSignal; afterSeq?: number },
): RunView {
  const { terminal, signal } = options;
  const startedAt = Date.now();
  let state: RunState | undefined;
  let activity = "";
  let frame = 0;
  let hasStatus = false;

  const clearStatus = (): void => {
    if (hasStatus) terminal.draw("\r\u001b[2K");
    hasStatus = false;
  };
  const drawStatus = (): void => {
    if (!terminal.isInteractive || signal.aborted) return;
    const elapsed = ((Date.now() - startedAt) / 1000).toFixed(0);
    const text = `${spinner[frame % spinner.length]} ${elapsed} s  ${activity}`.slice(
      0,
      terminal.columns - 1,
    );
    clearStatus();
    terminal.draw(text);
    hasStatus = true;
    frame += 1;
  };
  const print = ({ depth, text, tone }: EventLine): void => {
    clearStatus();
    const indented = `${"  ".repeat(depth)}${text}`;
    terminal.talk(
      terminal.hasColours && colour[tone] !== "" ? `${colour[tone]}${indented}\u001b[0m` : indented,
    );
  };
  const show = async (): Promise<void> => {
    const stream = { kind: "run", id: runId } as const;
    const handle = (events: Awaited<ReturnType<typeof runtime.stores.log.read>>): void => {
      for (const stored of events) {
        if (state !== undefined && stored.seq <= state.lastSeq) continue;
        const event = readRunEvent(stored);
        state = evolveRun(state, event);
        activity = activityOf(state) ?? activity;
        const line = stored.seq > (options.afterSeq ?? 0) ? describeEvent(state, event) : undefined;
        if (line !== undefined) print(line);
      }
    };
    for await (const events of runtime.stores.log.followStream(stream, { afterSeq: 0, signal }))
      handle(events);
    handle(await runtime.stores.log.read(stream, { afterSeq: state?.lastSeq ?? 0 }));
  };

  const unsubscribe = runtime.live.subscribe(runId, (update) => {
    if (update.kind !== "tool-progress") return;
    const { message, fraction } = update.progress;
    const share = typeof fraction === "number" ? ` ${Math.round(fraction * 100)} %` : "";
    activity = `${update.tool}: ${typeof message === "string" ? message : ""}${share}`;
  });
  const timer = terminal.isInteractive ? setInterval(drawStatus, 100) : undefined;
  const finished = show()
    .catch((error: unknown) => {
      // The run does not end because nobody can watch it.
      terminal.talk(`nothing more can be shown: ${error instanceof Error ? error.message : String(error)}`);
    })
    .finally(() => {
      clearInterval(timer);
      unsubscribe();
      clearStatus();
    });
  return { finished };
}

/** What is at work right now: the newest started call, or the newest agent that asks its model. */
function activityOf(state: RunState): string | undefined {
  for (const call of [...state.calls.values()].toReversed()) {
    if (call.started !== undefined && call.end === undefined && !call.tool.startsWith("transfer_to_")) {
      return `${call.agent ?? ""} ${call.tool}`;
    }
  }
  for (const invocation of [...state.invocations.values()].toReversed()) {
    if (invocation.turns.at(-1)?.status === "asking") return `${invocation.agent} thinks`;
  }
  return undefined;
}
