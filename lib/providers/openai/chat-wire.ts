import { z } from "zod";
import { malformedAnswer } from "#lib/providers/transport/malformed-answer.ts";

const count = z.number().int().nonnegative();

const WireUsage = z.object({
  prompt_tokens: count,
  completion_tokens: count.nullish(),
  prompt_tokens_details: z
    .object({ cached_tokens: count.nullish(), cache_write_tokens: count.nullish() })
    .nullish(),
  completion_tokens_details: z.object({ reasoning_tokens: count.nullish() }).nullish(),
});
export type WireUsage = z.infer<typeof WireUsage>;

/** Gateways leave out what the vendor always sends: ids and indexes of calls, names after the first piece. */
const WireCall = z.object({
  index: count.nullish(),
  id: z.string().nullish(),
  function: z.object({ name: z.string().nullish(), arguments: z.string().nullish() }).nullish(),
});
export type WireCall = z.infer<typeof WireCall>;

const Chunk = z.object({
  model: z.string().nullish(),
  choices: z
    .array(
      z.object({
        delta: z
          .object({
            content: z.string().nullish(),
            refusal: z.string().nullish(),
            // Two names that gateways use for a model's reasoning; the vendor itself shows none here.
            reasoning_content: z.string().nullish(),
            reasoning: z.string().nullish(),
            tool_calls: z.array(WireCall).nullish(),
          })
          .nullish(),
        finish_reason: z.string().nullish(),
      }),
    )
    .nullish(),
  usage: WireUsage.nullish(),
});
export type WireChunk = z.infer<typeof Chunk>;

/** One chunk of a Chat Completions stream, checked. A wrong shape throws FailureError. */
export function readWireChunk(chunk: unknown): WireChunk {
  const parsed = Chunk.safeParse(chunk);
  if (!parsed.success) throw malformedAnswer("a chunk of an unknown shape");
  return parsed.data;
}
