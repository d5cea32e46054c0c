import type { Failure } from "#core/contract/failure.ts";

/** Where a command writes: data to stdout, talk to stderr. */
export interface Terminal {
  /** A live tree is for people who watch. */
  isInteractive: boolean;
  /** Colours are for terminals, and for people who did not turn them off (no-color.org). */
  hasColours: boolean;
  /** Somebody is there to answer: never true without a terminal at both ends. */
  canPrompt: boolean;
  data(text: string): void;
  json(value: unknown): void;
  talk(text: string): void;
  /** Text without a line end, for a line that is drawn again and again. */
  draw(text: string): void;
  failure(failure: Failure): void;
  /** Width to cut lines to; unlimited where nobody's window is in the way. */
  columns: number;
}

export function createTerminal(options: {
  stdin: { isTTY?: boolean };
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
  environment: NodeJS.ProcessEnv;
}): Terminal {
  const { stdin, stdout, stderr, environment } = options;
  for (const stream of [stdout, stderr]) stream.on("error", ignoreClosedPipe);
  const isInteractive = stderr.isTTY && stdout.isTTY && environment["TERM"] !== "dumb";
  return {
    isInteractive,
    hasColours: isInteractive && !environment["NO_COLOR"],
    canPrompt: isInteractive && stdin.isTTY === true,
    columns: (stdout.isTTY ? stdout.columns : 0) || Number.POSITIVE_INFINITY,
    data: (text) => {
      stdout.write(`${text}\n`);
    },
    json: (value) => {
      stdout.write(`${JSON.stringify(value)}\n`);
    },
    talk: (text) => {
      stderr.write(`${text}\n`);
    },
    draw: (text) => {
      stderr.write(text);
    },
    failure: ({ code, message }) => {
      stderr.write(`swarm: ${message} [${code}]\n`);
    },
  };
}

/** `swarm … | head` closes the pipe in mid-sentence: the command goes on, and nobody reads the rest. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE" && error.code !== "ERR_STREAM_DESTROYED") throw error;
}

/** Rows under a header, columns as wide as their longest cell, the last one cut to the terminal. */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  columns = Number.POSITIVE_INFINITY,
): string {
  const widths = header.map((title, index) =>
    Math.max(title.length, ...rows.map((row) => (row[index] ?? "").length)),
  );
  const line = (cells: readonly string[]): string =>
    cut(
      cells
        .map((cell, index) => (index === cells.length - 1 ? cell : cell.padEnd(widths[index] ?? 0)))
        .join("  ")
        .trimEnd(),
      Math.max(40, columns),
    );
  return [line(header), ...rows.map(line)].join("\n");
}

const cut = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, width - 1)}…`;
