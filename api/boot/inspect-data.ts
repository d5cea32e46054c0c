import { stat } from "node:fs/promises";
import { FailureError, fail, ok, type Result } from "#core/contract/failure.ts";
import { profileColumn } from "#lib/ml/index.ts";
import { checkColumns } from "#tools/engine/check-columns.ts";
import { readTable } from "#tools/engine/read-table.ts";
import type { OpenedRuntime } from "./open-runtime.ts";

export interface DataToInspect {
  path: string;
  name: string;
}

/**
 * Reads a file whole and checks what a run needs of it: that it can be read, holds rows, has the named columns and a
 * target with something to learn. A failure says what is wrong, where, and what to do; nothing is kept.
 */
export function inspectData(
  opened: OpenedRuntime,
  wanted: DataToInspect & { target: string; protected: string[]; timeColumn: string | undefined },
): Promise<Result<undefined>> {
  return reading(wanted, async () => {
    const { frame } = await readTable(engineContext(opened), wanted);
    checkColumns(frame, wanted);
    return ok(undefined);
  });
}

/** What a file holds, for a person who has to choose a target. */
export function describeData(
  opened: OpenedRuntime,
  data: DataToInspect,
): Promise<
  Result<{ rows: number; columns: { name: string; kind: string; missing: number; distinct: number }[] }>
> {
  return reading(data, async () => {
    const { frame } = await readTable(engineContext(opened), data);
    return ok({
      rows: frame.rowCount,
      columns: frame.columns.map((column) => {
        const { name, kind, missing, distinct } = profileColumn(column);
        return { name, kind, missing, distinct };
      }),
    });
  });
}

const engineContext = (opened: OpenedRuntime) => ({
  compute: opened.runtime.compute,
  signal: new AbortController().signal,
  progress: () => undefined,
});

async function reading<Value>(
  data: DataToInspect,
  work: () => Promise<Result<Value>>,
): Promise<Result<Value>> {
  const found = await stat(data.path).catch(() => undefined);
  if (found === undefined) return fail("not-found", `there is no file ${data.path}; check the path`);
  if (!found.isFile()) return fail("invalid-input", `${data.path} is no file; give a CSV or Parquet file`);
  if (found.size === 0) return fail("invalid-input", `${data.name} is empty (0 bytes); export it again`);
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof FailureError)) throw error;
    const { failure } = error;
    return { ok: false, failure: { ...failure, message: `${data.name}: ${failure.message}` } };
  }
}
