import { open, readFile, writeFile } from "node:fs/promises";
import { endianness } from "node:os";
import { join } from "node:path";
import type { EstimatorRows, FitEstimatorRequest, FittedEstimator } from "#core/contract/training-backend.ts";
import type { Done } from "./python-wire.ts";

/**
 * Writes a request where the worker reads it: `request.json`, and per part one file of little-endian doubles, column
 * after column, then the target and the weights. Nothing has to be parsed on either side, and no digit is lost.
 */
export async function writeRequest(folder: string, request: FitEstimatorRequest): Promise<void> {
  const { training, validation } = request;
  const about = {
    algorithm: request.algorithm,
    problem: request.problem,
    classCount: request.classCount,
    parameters: request.parameters,
    seed: request.seed,
    threads: request.threads ?? 1,
    memoryLimitBytes: request.memoryLimitBytes ?? null,
    training: describeRows(training),
    validation: validation === null ? null : describeRows(validation),
  };
  await writeFile(join(folder, "request.json"), JSON.stringify(about));
  await writeRows(join(folder, "training.f64"), training);
  if (validation !== null) await writeRows(join(folder, "validation.f64"), validation);
}

function describeRows(rows: EstimatorRows) {
  return {
    rowCount: rows.rowCount,
    hasWeights: rows.weights !== null,
    columns: rows.columns.map(({ name, levelCount }) => ({ name, levelCount })),
  };
}

async function writeRows(path: string, rows: EstimatorRows): Promise<void> {
  const file = await open(path, "w", 0o600);
  try {
    const parts = [...rows.columns.map(({ values }) => values), rows.target];
    for (const values of rows.weights === null ? parts : [...parts, rows.weights]) {
      await file.write(littleEndian(values));
    }
  } finally {
    await file.close();
  }
}

/** The bytes of doubles in the file's order; a copy only where the machine's own order is the other one. */
function littleEndian(values: Float64Array): Uint8Array {
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return endianness() === "LE" ? bytes : Buffer.from(bytes).swap64();
}

/** Reads what the worker left in the folder beside its last message. */
export async function readAnswer(
  folder: string,
  { done, versions }: { done: Done; versions: Readonly<Record<string, string>> },
): Promise<FittedEstimator> {
  const estimator = JSON.parse(await readFile(join(folder, "estimator.json"), "utf8")) as unknown;
  const bytes = await readFile(join(folder, "margins.f64"));
  const ordered = endianness() === "LE" ? bytes : bytes.swap64();
  const margins = new Float64Array(new Uint8Array(ordered).buffer);
  const { rows, rowCount, outputs, tolerance } = done.check;
  const { native } = done;
  return {
    estimator,
    parameters: done.parameters,
    versions,
    history: done.history,
    notes: done.notes,
    nativeFiles:
      native === null
        ? []
        : [{ ...native, content: new Uint8Array(await readFile(join(folder, native.name))) }],
    check: {
      rows,
      rowCount,
      tolerance,
      margins: Array.from({ length: outputs }, (_, output) =>
        margins.slice(output * rowCount, (output + 1) * rowCount),
      ),
    },
  };
}
