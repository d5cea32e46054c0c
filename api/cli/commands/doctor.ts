import { execFile } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Command } from "commander";
import type { TrainingBackend } from "#core/contract/training-backend.ts";
import { type CommandContext, withRuntime } from "../command-context.ts";
import { exitCode } from "../exit-code.ts";
import { table } from "../terminal.ts";

/** One part of the installation: whether it works, and how to get it. */
interface PartReport {
  part: string;
  ok: boolean;
  /** Without it something that was asked for cannot work; the others are optional. */
  required: boolean;
  detail: string;
  fix: string;
}

const run = promisify(execFile);

export function addDoctorCommand(command: Command, context: CommandContext): void {
  command.option("--json", "JSON instead of a table").action((flags: { json?: boolean }) =>
    withRuntime(context, {}, async ({ runtime, home, stores }) => {
      const providers = runtime.providers.list().map((provider): PartReport => {
        const { usable, detail } = provider.availability();
        return {
          part: `provider ${provider.id}`,
          ok: usable,
          required: provider.id === runtime.models.provider,
          detail,
          fix: usable ? "" : detail,
        };
      });
      const { size } = await stores.log.head();
      const reports: PartReport[] = [
        nodeReport(),
        { part: "home", ok: true, required: true, detail: `${home.root}, ${size} events`, fix: "" },
        await consoleReport(),
        ...providers,
        ...(await backendReports(runtime.backends)),
        await programReport("python3", {
          why: "checking numbers and the log with its libraries",
          fix: "apt-get install python3",
        }),
        await programReport("bwrap", {
          why: "not used yet: a driver for sandboxed tools",
          fix: "apt-get install bubblewrap",
        }),
        await programReport("nsjail", {
          why: "not used yet: a driver for sandboxed tools",
          fix: "build it from its sources",
        }),
        await programReport("docker", {
          why: "running the packaged image",
          fix: "install Docker Engine",
        }),
        await programReport("chromium", { why: "browser tests", fix: "apt-get install chromium" }),
        await programReport("openssl", {
          why: "checking signatures without Swarm",
          fix: "apt-get install openssl",
        }),
        await programReport("skopeo", {
          why: "looking at images without a container engine",
          fix: "apt-get install skopeo",
        }),
      ];
      if (reports.some((report) => report.required && !report.ok)) context.setExitCode(exitCode.missingPart);
      if (flags.json === true) {
        context.terminal.json(reports.map(({ part, ok, detail, fix }) => ({ part, ok, detail, fix })));
        return;
      }
      const cells = reports.map(({ part, ok, required, detail, fix }) => [
        ok ? "ok" : required ? "MISSING" : "absent",
        part,
        ok || fix === detail ? detail : `${detail}; to get it: ${fix}`,
      ]);
      context.terminal.data(table(["", "part", "detail"], cells, context.terminal.columns));
    }),
  );
}

function nodeReport(): PartReport {
  const major = Number(process.versions.node.split(".")[0]);
  return {
    part: "node",
    ok: major >= 24,
    required: true,
    detail: `${process.versions.node} at ${process.execPath}`,
    fix: major >= 24 ? "" : "npm ci installs Node 24 beside Swarm",
  };
}

/** Training backends that have to be installed; the embedded engine is always there. */
async function backendReports(backends: readonly TrainingBackend[]): Promise<PartReport[]> {
  const { signal } = new AbortController();
  const reports: PartReport[] = [];
  for (const backend of backends.filter(({ name }) => name !== "embedded")) {
    const described = await backend.describe({ signal });
    const detail = described.ok
      ? Object.entries(described.value.versions)
          .map((entry) => entry.join(" "))
          .join(", ")
      : described.failure.message;
    const part = `training backend ${backend.name}`;
    reports.push({ part, ok: described.ok, required: false, detail, fix: described.ok ? "" : detail });
  }
  return reports;
}

async function consoleReport(): Promise<PartReport> {
  const file = fileURLToPath(new URL("../../../dashboard/dist/index.html", import.meta.url));
  const isThere = await access(file, constants.R_OK).then(
    () => true,
    () => false,
  );
  return {
    part: "console",
    ok: isThere,
    required: false,
    detail: isThere ? "built" : "not built",
    fix: isThere ? "" : "npm run build",
  };
}

async function programReport(name: string, about: { why: string; fix: string }): Promise<PartReport> {
  try {
    const { stdout, stderr } = await run(name, [name === "openssl" ? "version" : "--version"], {
      timeout: 5000,
    });
    const version = `${stdout}${stderr}`.trim().split("\n")[0] ?? "";
    return { part: name, ok: true, required: false, detail: version, fix: "" };
  } catch {
    return { part: name, ok: false, required: false, detail: `not found (${about.why})`, fix: about.fix };
  }
}
