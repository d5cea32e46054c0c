import { fail, ok } from "#core/contract/failure.ts";
import type { ExportSource, ExportTarget } from "#core/events/tiles-files.ts";

/** An export in memory, open to tampering once it is committed. */
export interface TestExport extends ExportTarget, ExportSource {
  files: Map<string, Uint8Array>;
  isCommitted: boolean;
  isDiscarded: boolean;
}

export function createTestExport(): TestExport {
  const files = new Map<string, Uint8Array>();
  return {
    files,
    isCommitted: false,
    isDiscarded: false,
    async write(path, content) {
      files.set(path, new Uint8Array(Buffer.from(content)));
    },
    async commit() {
      if (this.isCommitted) return fail("conflict", "committed already");
      this.isCommitted = true;
      return ok(undefined);
    },
    async discard() {
      this.isDiscarded = true;
      files.clear();
    },
    read: async (path) => files.get(path),
  };
}

/** A copy to damage. */
export function copyExport(original: TestExport): TestExport {
  const copy = createTestExport();
  for (const [path, content] of original.files) copy.files.set(path, content.slice());
  return copy;
}
