import { arch, platform } from "node:os";
import { z } from "zod";
import type { MadeWith } from "#core/contract/environment-record.ts";
import { hashOfJson } from "#core/events/hash.ts";

const Report = z.object({ header: z.object({ glibcVersionRuntime: z.string().optional() }) });

/** The interpreter, all that is built into it, and the platform below it. */
export function platformRecord(): MadeWith["runtime"] {
  const libc = libcName();
  const about = {
    platform: platform(),
    arch: arch(),
    ...(libc === undefined ? {} : { libc }),
  };
  const { node, v8 } = process.versions;
  return { node, v8, ...about, sha256: hashOfJson({ ...about, versions: { ...process.versions } }) };
}

/** `glibc 2.36`, or `not glibc` (musl and others do not say their version); undefined where it is no question. */
function libcName(): string | undefined {
  if (platform() !== "linux") return undefined;
  const control: NodeJS.ProcessReport & { excludeNetwork?: boolean } = process.report;
  const before = control.excludeNetwork ?? false;
  // Otherwise the report looks up names of the machine's connections, which takes seconds and is nobody's business.
  control.excludeNetwork = true;
  try {
    const report = Report.safeParse(control.getReport());
    const version = report.success ? report.data.header.glibcVersionRuntime : undefined;
    return version === undefined ? "not glibc" : `glibc ${version}`;
  } finally {
    control.excludeNetwork = before;
  }
}
