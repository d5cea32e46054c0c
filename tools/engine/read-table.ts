import { open } from "node:fs/promises";
import type { CsvReport, Frame } from "#lib/ml/index.ts";
import { type EngineContext, runTask } from "./run-task.ts";

export interface ReadTable {
  frame: Frame;
  format: "csv" | "parquet";
  /** What was recognised in a CSV, and what was doubtful. */
  csv: CsvReport | undefined;
}

export interface TableSource {
  path: string;
  /** The file's own name: its ending decides where the content does not. */
  name: string;
  encoding?: "utf-8" | "utf-16le" | "utf-16be" | "latin1" | undefined;
  delimiter?: string | undefined;
}

/** Reads a CSV or Parquet file, told apart by Parquet's first bytes or the name's ending. */
export async function readTable(context: EngineContext, source: TableSource): Promise<ReadTable> {
  if ((await startsLikeParquet(source.path)) || /\.(parquet|pq)$/i.test(source.name)) {
    const frame = await runTask(context, "read-parquet", { source: { path: source.path } });
    return { frame, format: "parquet", csv: undefined };
  }
  const { frame, report } = await runTask(context, "read-csv", {
    source: { path: source.path },
    options: {
      ...(source.encoding === undefined ? {} : { encoding: source.encoding }),
      ...(source.delimiter === undefined ? {} : { delimiter: source.delimiter }),
    },
  });
  return { frame, format: "csv", csv: report };
}

async function startsLikeParquet(path: string): Promise<boolean> {
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return bytesRead === 4 && buffer.toString("latin1") === "PAR1";
  } finally {
    await file.close();
  }
}
