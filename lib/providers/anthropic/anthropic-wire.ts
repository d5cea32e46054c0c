import { z } from "zod";
import { malformedAnswer } from "#lib/providers/transport/malformed-answer.ts";

const count = z.number().int().nonnegative();

/** Counts arrive twice, the second time complete; members that are absent or null say nothing. */
const WireUsage = z.object({
  input_tokens: count.nullish(),
  output_tokens: count.nullish(),
  cache_read_input_tokens: count.nullish(),
  cache_creation_input_tokens: count.nullish(),
  output_tokens_details: z.object({ thinking_tokens: count.nullish() }).nullish(),
});
export type WireUsage = z.infer<typeof WireUsage>;

const Block = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text"), text: z.string().default("") }),
  z.object({
    type: z.literal("thinking"),
    thinking: z.string().default(""),
    signature: z.string().default(""),
  }),
  z.object({ type: z.literal("redacted_thinking"), data: z.string() }),
  z.object({
    type: z.literal("tool_use"),
    id: z.string().min(1),
    name: z.string().min(1),
    input: z.unknown(),
  }),
]);

const Delta = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text_delta"), text: z.string() }),
  z.object({ type: z.literal("input_json_delta"), partial_json: z.string() }),
  z.object({ type: z.literal("thinking_delta"), thinking: z.string() }),
  z.object({ type: z.literal("signature_delta"), signature: z.string() }),
]);

/** A kind that was added later reads as undefined; a kind that we know must have its shape. */
const otherThan = (union: { options: readonly { shape: { type: { value: string } } }[] }) => {
  const names = union.options.map((option) => option.shape.type.value);
  return z.object({ type: z.string().refine((type) => !names.includes(type)) }).transform(() => undefined);
};

const known = {
  message_start: z.object({
    type: z.literal("message_start"),
    message: z.object({ model: z.string(), usage: WireUsage.nullish() }),
  }),
  content_block_start: z.object({
    type: z.literal("content_block_start"),
    index: count,
    content_block: z.union([Block, otherThan(Block)]),
  }),
  content_block_delta: z.object({
    type: z.literal("content_block_delta"),
    index: count,
    delta: z.union([Delta, otherThan(Delta)]),
  }),
  message_delta: z.object({
    type: z.literal("message_delta"),
    delta: z.object({ stop_reason: z.string().nullish() }),
    usage: WireUsage.nullish(),
  }),
  message_stop: z.object({ type: z.literal("message_stop") }),
};

type KnownType = keyof typeof known;
export type WireEvent = { [Type in KnownType]: z.infer<(typeof known)[Type]> }[KnownType];

/**
 * One event of the Messages stream, checked. Undefined for kinds that we do not read: the vendor adds new ones and
 * says so. A known kind of a wrong shape throws FailureError.
 */
export function readWireEvent(event: unknown): WireEvent | undefined {
  const type = z.object({ type: z.string() }).safeParse(event);
  if (!type.success) throw malformedAnswer("an event without a type");
  if (!Object.hasOwn(known, type.data.type)) return undefined;
  const parsed = known[type.data.type as KnownType].safeParse(event); // own member, just checked
  if (!parsed.success) throw malformedAnswer(`a ${type.data.type} event of an unknown shape`);
  return parsed.data;
}
