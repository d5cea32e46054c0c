import { execFileSync } from "node:child_process";

/** How an outside tool is called: its program, first arguments and environment. */
export interface OutsideTool {
  name: string;
  /** Runs the probe; what it throws says what is missing. */
  probe: () => void;
  install: string;
}

/**
 * Whether a tool that we did not write is there to check our proofs. Without it the tests that need it are skipped
 * with a loud word; on the build server (CI set) its lack is a failure, because a skipped proof proves nothing.
 */
export function hasTool({ name, probe, install }: OutsideTool): boolean {
  try {
    probe();
    return true;
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    const message = `${name} is not usable here (${reason}). ${install}`;
    if (process.env["CI"]) throw new Error(message, { cause: error });
    console.warn(`SKIPPED, NOT PROVEN: ${message}`);
    return false;
  }
}

const GO_ENVIRONMENT = {
  ...process.env,
  GO111MODULE: "off",
  GOPATH: "/usr/share/gocode",
  GOFLAGS: "",
};

export const go: OutsideTool = {
  name: "Go with golang.org/x/mod",
  probe: () => void runGo(["list", "golang.org/x/mod/sumdb/tlog"]),
  install: "On Debian: apt install golang-go golang-golang-x-mod-dev",
};

export function runGo(args: readonly string[]): string {
  return execFileSync("go", [...args], {
    env: GO_ENVIRONMENT,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
}

export const openssl: OutsideTool = {
  name: "openssl 3",
  probe() {
    const version = execFileSync("openssl", ["version"], { encoding: "utf8" });
    if (!/^OpenSSL ([3-9]|\d\d)/.test(version)) throw new Error(`found ${version.trim()}`);
  },
  install: "On Debian: apt install openssl",
};

export const python: OutsideTool = {
  name: "python3",
  probe: () => void execFileSync("python3", ["--version"], { stdio: "pipe" }),
  install: "On Debian: apt install python3",
};

/** Whether Python finds the public RFC 8785 library; only with it are the proofs about more than plain data. */
export function hasPythonRfc8785(): boolean {
  try {
    execFileSync("python3", ["-c", "import rfc8785"], { stdio: "pipe" });
    return true;
  } catch {
    console.warn("PROVEN FOR PLAIN DATA ONLY: Python has no rfc8785. Install it: pip install rfc8785");
    return false;
  }
}
