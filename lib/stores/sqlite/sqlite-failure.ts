import Database from "better-sqlite3";
import { type Failure, FailureError, failure } from "#core/contract/failure.ts";

/** The Failure behind an error of the database, or undefined when it is none of its errors (and so a bug). */
export function sqliteFailure(thrown: unknown, path: string): Failure | undefined {
  if (thrown instanceof FailureError) return thrown.failure;
  if (thrown instanceof TypeError && thrown.message === "The database connection is not open") {
    return failure("storage-failed", `${path} was closed: open the stores again.`);
  }
  if (!(thrown instanceof Database.SqliteError)) return undefined;
  const { code, retryable, advice } = explain(thrown, path);
  return failure(code, `${advice} (${thrown.code}: ${thrown.message})`, { retryable });
}

/** Runs work on the database; its errors come out as a FailureError with the cause kept. */
export function withFailures<Value>(path: string, work: () => Value): Value {
  try {
    return work();
  } catch (thrown) {
    const found = sqliteFailure(thrown, path);
    if (found === undefined || thrown instanceof FailureError) throw thrown;
    throw new FailureError(found, { cause: thrown });
  }
}

function explain(
  error: InstanceType<typeof Database.SqliteError>,
  path: string,
): { code: "storage-failed" | "invalid-input"; retryable: boolean; advice: string } {
  const [, kind = ""] = /^SQLITE_([A-Z]+)/.exec(error.code) ?? [];
  const storage = (advice: string, retryable = false) => ({
    code: "storage-failed" as const,
    retryable,
    advice,
  });
  if (error.code === "SQLITE_READONLY_DIRECTORY") {
    return storage(
      `The folder of ${path} cannot be written, and even a reader needs a place for its lock there. Give this user ` +
        "the right to write the folder, or copy the home to one that can be written",
    );
  }
  switch (kind) {
    case "FULL":
      return storage(`No room left to write ${path}. Free some space on that disk and try again`, true);
    case "READONLY":
    case "PERM":
    case "AUTH":
      return storage(
        `${path} cannot be written: it is open read-only. Give this user the right to write the file and its ` +
          "folder, or mount the disk writable",
      );
    case "BUSY":
    case "LOCKED":
      return storage(`Another process is writing ${path} and did not finish in time. Try again`, true);
    case "CANTOPEN":
      return storage(`${path} cannot be opened. Check that the folder exists and that this user may use it`);
    case "IOERR":
      return storage(
        `Reading or writing ${path} failed. Check the disk and its free space, then try again`,
        true,
      );
    case "NOTADB":
      return storage(`${path} is not a database of Swarm. Move the file away, or choose another home`);
    case "CORRUPT":
      return storage(`${path} is damaged. Run \`swarm log verify\`, and restore it from a backup`);
    case "TOOBIG":
      return {
        code: "invalid-input",
        retryable: false,
        advice: "The content is too big for the database. Keep it as an artifact and refer to that",
      };
    case "CONSTRAINT":
      return storage(
        `${path} refused the write: its rows are not as this process knows them. Run \`swarm log verify\``,
      );
    default:
      return storage(
        `${path} is not as this version of Swarm expects. If another version opened it, restart this process; ` +
          "else run `swarm log verify`",
      );
  }
}
