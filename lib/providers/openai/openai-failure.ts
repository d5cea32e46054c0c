import { APIError } from "openai";
import { z } from "zod";
import type { Failure } from "#core/contract/failure.ts";
import { networkFailure } from "#lib/providers/transport/network-failure.ts";
import { type RefusalContext, failureOfRefusal } from "#lib/providers/transport/refusal-failure.ts";

/** The vendor's error object; gateways put numbers where it puts words. */
const ErrorBody = z.object({
  code: z.string().nullish().catch(null),
  type: z.string().nullish().catch(null),
  message: z.string().nullish().catch(null),
});

/** What the SDK throws: refusals carry a status, or a body when they came inside the stream; the rest is network. */
export function openAiFailure(thrown: unknown, context: RefusalContext & { baseUrl: string }): Failure {
  if (!(thrown instanceof APIError)) return networkFailure(thrown, context);
  const { status, headers } = thrown;
  const body = ErrorBody.safeParse(thrown.error);
  if (status === undefined && !body.success) return networkFailure(thrown, context);
  const { code, type, message } = body.data ?? {};
  return failureOfRefusal(
    {
      status,
      code: code ?? type ?? undefined,
      message: message ?? thrown.message,
      // The headers of an error inside a stream are those of a good answer; they say nothing about waiting.
      headers: status === undefined ? undefined : headers,
    },
    context,
  );
}
