import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { createTerminal, table } from "./terminal.ts";

/** A stream as a terminal or a pipe shows itself; what was written can be read back. */
function stream(isTTY: boolean): NodeJS.WriteStream {
  return Object.assign(new PassThrough(), { isTTY, columns: 80 }) as unknown as NodeJS.WriteStream; // the members that are looked at
}
const written = (to: NodeJS.WriteStream): string => String((to as unknown as PassThrough).read() ?? ""); // made above

const terminal = (
  tty: { stdin?: boolean; stdout?: boolean; stderr?: boolean },
  environment: NodeJS.ProcessEnv = {},
) => {
  const { stdin = true, stdout = true, stderr = true } = tty;
  const streams = { stdout: stream(stdout), stderr: stream(stderr) };
  return { ...streams, terminal: createTerminal({ stdin: { isTTY: stdin }, ...streams, environment }) };
};

describe("the terminal", () => {
  it("has colours and asks where a person watches", () => {
    expect(terminal({}).terminal).toMatchObject({ isInteractive: true, hasColours: true, canPrompt: true });
  });

  it.each([
    ["NO_COLOR is set", {}, { NO_COLOR: "1" }],
    ["TERM is dumb", {}, { TERM: "dumb" }],
    ["stdout is no terminal", { stdout: false }, {}],
    ["stderr is no terminal", { stderr: false }, {}],
  ])("has no colours when %s", (_, tty, environment) => {
    expect(terminal(tty, environment).terminal.hasColours).toBe(false);
  });

  it("has colours when NO_COLOR is there and empty, as no-color.org has it", () => {
    expect(terminal({}, { NO_COLOR: "" }).terminal.hasColours).toBe(true);
  });

  it("asks nobody without a terminal to answer at", () => {
    expect(terminal({ stdin: false }).terminal.canPrompt).toBe(false);
    expect(terminal({ stdout: false }).terminal.canPrompt).toBe(false);
  });

  it("cuts nothing where the window has no width to tell", () => {
    const streams = { stdout: Object.assign(stream(true), { columns: 0 }), stderr: stream(true) };
    const made = createTerminal({ stdin: { isTTY: true }, ...streams, environment: {} });
    expect(made.columns).toBe(Number.POSITIVE_INFINITY);
    expect(terminal({}).terminal.columns).toBe(80);
  });

  it("writes data to stdout and everything else to stderr", () => {
    const at = terminal({ stdout: false, stderr: false });
    at.terminal.json({ a: 1 });
    at.terminal.talk("words");
    at.terminal.failure({ code: "not-found", message: "no", retryable: false });
    expect(written(at.stdout)).toBe('{"a":1}\n');
    expect(written(at.stderr)).toBe("words\nswarm: no [not-found]\n");
  });

  it("goes on when the reader of its pipe has left, and stops at other errors", () => {
    const at = terminal({ stdout: false });
    const failed = (code: string): Error => Object.assign(new Error(code), { code });
    expect(() => at.stdout.emit("error", failed("EPIPE"))).not.toThrow();
    expect(() => at.stdout.emit("error", failed("ENOSPC"))).toThrow("ENOSPC");
  });
});

describe("a table", () => {
  it("pads its columns and cuts lines to the window", () => {
    const text = table(["run", "failure"], [["a", "x".repeat(60)]], 44).split("\n");
    expect(text[0]).toBe("run  failure");
    expect(text[1]).toHaveLength(44);
    expect(text[1]?.endsWith("…")).toBe(true);
  });
});
