import type { EnvironmentRecord, RecordedEnvironment } from "#core/contract/environment-record.ts";
import { hashOfJson, sha256 } from "#core/events/hash.ts";

/** An environment that no machine has, for runtimes made by tests; the same each time. */
export function sampleEnvironment(change: Partial<EnvironmentRecord> = {}): RecordedEnvironment {
  const { compute, ...madeWith }: EnvironmentRecord = {
    code: { version: "0.0.0", sourcesSha256: sha256("sources"), git: { status: "none" } },
    runtime: {
      node: "24.0.0",
      v8: "13.0.0",
      platform: "toy",
      arch: "toy64",
      sha256: sha256("runtime"),
    },
    packages: { status: "locked", lockSha256: sha256("lock"), versions: { zod: "4.0.0" } },
    python: { status: "absent" },
    compute: {
      processors: 2,
      processorModel: "toy",
      threads: 2,
      taskMemoryMegabytes: 1000,
      heapMegabytes: 4000,
    },
    ...change,
  };
  return { sha256: hashOfJson(madeWith), record: { ...madeWith, compute } };
}
