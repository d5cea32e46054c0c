import { APIError } from "@anthropic-ai/sdk";
import type { Failure } from "#core/contract/failure.ts";
import { networkFailure } from "#lib/providers/transport/network-failure.ts";
import { type RefusalContext, failureOfRefusal } from "#lib/providers/transport/refusal-failure.ts";

/** What the SDK throws: refusals carry a status, or a type when they came inside the stream; the rest is network. */
export function anthropicFailure(thrown: unknown, context: RefusalContext & { baseUrl: string }): Failure {
  if (!(thrown instanceof APIError)) return networkFailure(thrown, context);
  const { status, type, errorCode, apiMessage, headers } = thrown;
  if (status === undefined && type === null) return networkFailure(thrown, context);
  return failureOfRefusal(
    {
      status,
      code: errorCode ?? type ?? undefined,
      message: apiMessage ?? thrown.message,
      // The headers of an error inside a stream are those of a good answer; they say nothing about waiting.
      headers: status === undefined ? undefined : headers,
    },
    context,
  );
}
