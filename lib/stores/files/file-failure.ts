import { FailureError, failure } from "#core/contract/failure.ts";

/** Whether an error of node:fs says that there is no such file. */
export function isMissing(cause: unknown): boolean {
  return errorCode(cause) === "ENOENT";
}

/**
 * An error of node:fs as `storage-failed` with what to do next. A FailureError stays what it is; anything that is no
 * system error is a bug and is thrown as it is.
 */
export function fileFailure(cause: unknown, attempted: string): unknown {
  if (cause instanceof FailureError) return cause;
  const code = errorCode(cause);
  if (code === undefined) return cause;
  return new FailureError(
    failure("storage-failed", `cannot ${attempted}: ${advice(code)}`, {
      retryable: code === "ENOSPC" || code === "EDQUOT" || code === "EMFILE" || code === "ENFILE",
      details: { code },
    }),
    { cause },
  );
}

function advice(code: string): string {
  switch (code) {
    case "ENOSPC":
    case "EDQUOT":
      return `the disk or the quota is full (${code}). Free some space and try again.`;
    case "EROFS":
      return "the file system is mounted read-only (EROFS). Mount it writable, or choose another home.";
    case "EACCES":
    case "EPERM":
      return `permission denied (${code}). Give this user the right to it, or choose another home.`;
    case "EISDIR":
      return "it is a folder, not a file (EISDIR).";
    case "ENOENT":
      return "it is not there (ENOENT); was the home removed while in use?";
    case "EMFILE":
    case "ENFILE":
      return `too many files are open (${code}). Raise the limit (ulimit -n) and try again.`;
    default:
      return `the system says ${code}. Check the disk and try again.`;
  }
}

function errorCode(cause: unknown): string | undefined {
  if (!(cause instanceof Error) || !("code" in cause)) return undefined;
  return typeof cause.code === "string" ? cause.code : undefined;
}
