import { readFile } from "node:fs/promises";
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import { getHeapStatistics } from "node:v8";
import { z } from "zod";
import {
  type EnvironmentRecord,
  MadeWith,
  type RecordedEnvironment,
} from "#core/contract/environment-record.ts";
import { hashOfJson } from "#core/events/hash.ts";
import { gitReference } from "./git-reference.ts";
import { lockedPackages } from "./locked-packages.ts";
import { platformRecord } from "./platform-record.ts";
import { pythonEnvironment } from "./python-environment.ts";
import { sourceDigest } from "./source-digest.ts";

const Package = z.object({ version: z.string() });

/**
 * Reads what this process makes things with. Of variables only those that choose a Python are looked at, and none is
 * in the record.
 */
export async function readEnvironment(options: {
  /** Swarm's own folder. */
  root: string;
  environment: NodeJS.ProcessEnv;
  threads: number;
  taskMemoryMegabytes: number;
}): Promise<RecordedEnvironment> {
  const { root, environment } = options;
  const [manifest, sourcesSha256, git, packages, python] = await Promise.all([
    readFile(join(root, "package.json"), "utf8"),
    sourceDigest(root),
    gitReference(root, environment),
    lockedPackages(root),
    pythonEnvironment(root, environment),
  ]);
  const madeWith = MadeWith.parse({
    code: { version: Package.parse(JSON.parse(manifest)).version, sourcesSha256, git },
    runtime: platformRecord(),
    packages,
    python,
  });
  return { sha256: hashOfJson(madeWith), record: { ...madeWith, compute: computeRecord(options) } };
}

function computeRecord(options: {
  threads: number;
  taskMemoryMegabytes: number;
}): EnvironmentRecord["compute"] {
  return {
    processors: availableParallelism(),
    processorModel: (cpus()[0]?.model ?? "").trim() || "unknown",
    threads: options.threads,
    taskMemoryMegabytes: options.taskMemoryMegabytes,
    heapMegabytes: Math.round(getHeapStatistics().heap_size_limit / 1e6),
  };
}
