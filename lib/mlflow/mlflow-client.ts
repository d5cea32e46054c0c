import { z } from "zod";
import { FailureError, failure } from "#core/contract/failure.ts";
import type { MlflowAddress } from "./mlflow-address.ts";

/** One request to the tracking server. */
export interface MlflowRequest {
  method: "GET" | "POST" | "PUT";
  /** After `/api/2.0/`. */
  path: string;
  query?: Readonly<Record<string, string>>;
  json?: unknown;
  bytes?: { content: Uint8Array; mediaType: string };
  /** Whether a request whose end is unknown may be sent again. */
  isRepeatable: boolean;
}

export interface MlflowClientOptions {
  address: MlflowAddress;
  fetch: typeof fetch;
  /** Waits between two tries. */
  wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  timeoutMs: number;
}

/** A refusal by the server, with its own code. */
export class MlflowRefusal extends Error {
  readonly code: string;
  readonly status: number;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = "MlflowRefusal";
    this.status = status;
    this.code = code;
  }
}

const TRIES = 3;
const ErrorBody = z.object({ error_code: z.string().default(""), message: z.string().default("") });

/**
 * Sends a request and returns its JSON answer. Repeatable requests are tried three times where the network, the server
 * (5xx) or its limits (429) fail.
 * @throws MlflowRefusal for other answers; FailureError tool-failed, timed-out or cancelled without a usable one.
 */
export async function askMlflow(
  options: MlflowClientOptions,
  request: MlflowRequest,
  signal: AbortSignal,
): Promise<unknown> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await askOnce(options, request, signal);
    } catch (error) {
      const isPassing =
        error instanceof MlflowRefusal ? error.status >= 500 || error.status === 429 : !signal.aborted;
      if (!request.isRepeatable || !isPassing || attempt === TRIES) throw error;
      await options.wait(200 * 2 ** attempt, signal);
    }
  }
}

async function askOnce(
  { address, fetch, timeoutMs }: MlflowClientOptions,
  request: MlflowRequest,
  signal: AbortSignal,
): Promise<unknown> {
  const url = new URL(`${address.base}/api/2.0/${request.path}`);
  for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.set(name, value);
  const headers: Record<string, string> = {};
  if (address.authorization !== null) headers["authorization"] = address.authorization;
  if (request.bytes !== undefined) headers["content-type"] = request.bytes.mediaType;
  if (request.json !== undefined) headers["content-type"] = "application/json";
  const deadline = AbortSignal.timeout(timeoutMs);
  let status: number;
  let text: string;
  try {
    const response = await fetch(url, {
      method: request.method,
      headers,
      // A redirect could carry the token to another server.
      redirect: "error",
      signal: AbortSignal.any([signal, deadline]),
      ...(request.json === undefined ? {} : { body: JSON.stringify(request.json) }),
      ...(request.bytes === undefined ? {} : { body: Buffer.from(request.bytes.content) }),
    });
    ({ status } = response);
    text = await response.text();
  } catch (cause) {
    throw unreachable({ signal, deadline, timeoutMs }, cause);
  }
  if (status >= 200 && status < 300) return jsonOf(text);
  const said = ErrorBody.safeParse(jsonOf(text));
  const { error_code: code, message } = said.success ? said.data : { error_code: "", message: "" };
  throw new MlflowRefusal(status, code, withoutSecret(message, address).slice(0, 300));
}

function unreachable(
  about: { signal: AbortSignal; deadline: AbortSignal; timeoutMs: number },
  cause: unknown,
): FailureError {
  if (about.signal.aborted) return new FailureError(failure("cancelled", "logging was cancelled"), { cause });
  if (about.deadline.aborted) {
    const message = `the tracking server gave no answer within ${about.timeoutMs} ms; check that it is up`;
    return new FailureError(failure("timed-out", message, { retryable: true }), { cause });
  }
  const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  const code = reason instanceof Error && "code" in reason ? ` (${String(reason.code)})` : "";
  const message = `the tracking server cannot be reached${code}; check MLFLOW_TRACKING_URI and the server`;
  return new FailureError(failure("tool-failed", message, { retryable: true }), { cause });
}

/** A server that repeats what it was sent must not bring a token into a log. */
function withoutSecret(text: string, { authorization }: MlflowAddress): string {
  const secret = authorization?.split(" ")[1];
  return secret === undefined ? text : text.replaceAll(secret, "***");
}

function jsonOf(text: string): unknown {
  if (text === "") return {};
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
