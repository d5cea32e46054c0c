import { z } from "zod";
import { defineTool, type ToolDefinition } from "#core/contract/tool-definition.ts";
import { appendLetter } from "./outside-effects.testing.ts";

export interface EffectTools {
  noticeUrl: string;
  letterFile: string;
  /** Called when an effect has happened and nothing of it is on record: the worst moment to die. */
  afterEffect: (tool: string) => void;
}

/**
 * Two tools with effects outside: a notice that its service takes under an idempotency key (`keyed`), and a letter
 * that nobody can tell from its repeat (`never`).
 */
export function createEffectTools({ noticeUrl, letterFile, afterEffect }: EffectTools): ToolDefinition[] {
  return [
    defineTool({
      name: "post_notice",
      group: "plugin",
      description: "Posts a notice to a service outside.",
      input: z.strictObject({ text: z.string().max(200) }),
      output: z.strictObject({ number: z.number().int() }),
      effect: "external",
      repeat: "keyed",
      parallel: false,
      timeoutMs: 10_000,
      async run({ text }, { idempotencyKey, signal }) {
        const answer = await fetch(noticeUrl, {
          method: "POST",
          headers: { "idempotency-key": idempotencyKey },
          body: text,
          signal,
        });
        const { number } = z.object({ number: z.number().int() }).parse(await answer.json());
        afterEffect("post_notice");
        return { ok: true, output: { number }, facts: { notice: { text } } };
      },
    }),
    defineTool({
      name: "write_letter",
      group: "plugin",
      description: "Writes a letter that cannot be taken back or told from its repeat.",
      input: z.strictObject({ text: z.string().max(200) }),
      output: z.strictObject({ written: z.boolean() }),
      effect: "external",
      repeat: "never",
      parallel: false,
      timeoutMs: 10_000,
      run({ text }, { idempotencyKey }) {
        appendLetter(letterFile, { key: idempotencyKey, text });
        afterEffect("write_letter");
        return Promise.resolve({ ok: true, output: { written: true } });
      },
    }),
  ];
}
