import { z } from "zod";
import { malformedAnswer } from "#lib/providers/transport/malformed-answer.ts";

const count = z.number().int().nonnegative();

const WireUsage = z.object({
  input_tokens: count,
  output_tokens: count,
  input_tokens_details: z
    .object({ cached_tokens: count.nullish(), cache_write_tokens: count.nullish() })
    .nullish(),
  output_tokens_details: z.object({ reasoning_tokens: count.nullish() }).nullish(),
});
export type WireUsage = z.infer<typeof WireUsage>;

const items = {
  message: z.object({
    type: z.literal("message"),
    content: z.array(
      z.union([
        z.object({ type: z.literal("output_text"), text: z.string() }),
        z.object({ type: z.literal("refusal"), refusal: z.string() }),
        z
          .object({ type: z.string().refine((type) => type !== "output_text" && type !== "refusal") })
          .transform(() => undefined),
      ]),
    ),
  }),
  function_call: z.object({
    type: z.literal("function_call"),
    call_id: z.string().min(1),
    name: z.string().min(1),
    arguments: z.string(),
  }),
  reasoning: z.object({
    type: z.literal("reasoning"),
    id: z.string(),
    summary: z.array(z.object({ text: z.string() })).default([]),
    encrypted_content: z.string().nullish(),
  }),
};

/** Kinds of items that we never ask for, like the vendor's own tools, read as undefined. */
const Item = z.union([
  z.discriminatedUnion("type", [items.message, items.function_call, items.reasoning]),
  z.object({ type: z.string().refine((type) => !Object.hasOwn(items, type)) }).transform(() => undefined),
]);
export type WireItem = NonNullable<z.infer<typeof Item>>;

const Response = z.object({
  model: z.string(),
  usage: WireUsage.nullish(),
  output: z.array(Item).nullish(),
  incomplete_details: z.object({ reason: z.string().nullish() }).nullish(),
  error: z.object({ code: z.string().nullish(), message: z.string().nullish() }).nullish(),
});
export type WireResponse = z.infer<typeof Response>;

const at = { output_index: count };
const whole = <Type extends string>(type: Type) => z.object({ type: z.literal(type), response: Response });
const delta = <Type extends string>(type: Type) =>
  z.object({ type: z.literal(type), delta: z.string(), summary_index: count.optional(), ...at });

const known = {
  "response.created": whole("response.created"),
  "response.output_item.added": z.object({
    type: z.literal("response.output_item.added"),
    item: Item,
    ...at,
  }),
  "response.output_text.delta": delta("response.output_text.delta"),
  "response.refusal.delta": delta("response.refusal.delta"),
  "response.reasoning_summary_text.delta": delta("response.reasoning_summary_text.delta"),
  "response.reasoning_text.delta": delta("response.reasoning_text.delta"),
  "response.function_call_arguments.delta": delta("response.function_call_arguments.delta"),
  "response.output_item.done": z.object({ type: z.literal("response.output_item.done"), item: Item, ...at }),
  "response.completed": whole("response.completed"),
  "response.incomplete": whole("response.incomplete"),
  "response.failed": whole("response.failed"),
};

type KnownType = keyof typeof known;
export type WireEvent = { [Type in KnownType]: z.infer<(typeof known)[Type]> }[KnownType];

/**
 * One event of the Responses stream, checked. Undefined for the many kinds that we do not read. A known kind of a
 * wrong shape throws FailureError.
 */
export function readWireEvent(event: unknown): WireEvent | undefined {
  const type = z.object({ type: z.string() }).safeParse(event);
  if (!type.success) throw malformedAnswer("an event without a type");
  if (!Object.hasOwn(known, type.data.type)) return undefined;
  const parsed = known[type.data.type as KnownType].safeParse(event); // own member, just checked
  if (!parsed.success) throw malformedAnswer(`a ${type.data.type} event of an unknown shape`);
  return parsed.data;
}
