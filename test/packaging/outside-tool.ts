import { execFile } from "node:child_process";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** How a program that is not ours ended. */
export interface OutsideResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs an outside program to its end; a non-zero exit is a result, a program that is not there rejects. */
export async function runOutside(
  program: string,
  parameters: readonly string[],
  options: { cwd?: string } = {},
): Promise<OutsideResult> {
  try {
    const { stdout, stderr } = await execute(program, [...parameters], { ...options, maxBuffer: 1 << 26 });
    return { code: 0, stdout, stderr };
  } catch (error) {
    // execFile rejects with an Error that carries these members when the program itself ran and failed.
    const { code, stdout, stderr } = error as { code?: number | string; stdout?: string; stderr?: string };
    if (typeof code !== "number") throw error;
    return { code, stdout: stdout ?? "", stderr: stderr ?? "" };
  }
}

/**
 * True when the probe command runs. Where it does not, a check that only an outsider can make is skipped in plain
 * sight; in CI it throws instead: there a missing tool is a broken installation.
 */
export async function hasOutsideTool(
  program: string,
  probe: readonly string[],
  howToGet: string,
): Promise<boolean> {
  const ran = await runOutside(program, probe).then(
    (result) => result.code === 0,
    () => false,
  );
  if (ran) return true;
  const message = `${program} is not here: ${howToGet}`;
  if (process.env.CI !== undefined) throw new Error(message);
  console.warn(`SKIPPED: ${message}`);
  return false;
}
