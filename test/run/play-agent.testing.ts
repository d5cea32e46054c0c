import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { AgentManifest } from "#core/contract/agent-manifest.ts";
import type { JsonObject } from "#core/contract/json.ts";
import { type Message, type ToolCallPart, userText } from "#core/contract/message.ts";
import type { ProviderEvent } from "#core/contract/provider.ts";
import { createPlaybookProvider } from "#lib/providers/playbook/playbook-provider.ts";

/** What a pretended tool answers: what it established, and what it says; or its refusal. */
export type PlayedAnswer = { output?: JsonObject; facts?: JsonObject } | { error: string };

export interface Played {
  calls: { name: string; input: JsonObject }[];
  /** The closing words. */
  text: string;
}

/** Plays a shipped agent's playbook to its end against tools that only answer. */
export async function playAgent(
  file: string,
  brief: { inputs?: JsonObject; request?: JsonObject; facts?: JsonObject },
  answer: (call: { name: string; input: JsonObject }, earlier: number) => PlayedAnswer,
): Promise<Played> {
  const path = fileURLToPath(new URL(`../../agents/${file}`, import.meta.url));
  const { playbook, tools, delegatesTo, id } = AgentManifest.parse(parse(readFileSync(path, "utf8")));
  if (playbook === undefined) throw new Error(`${file} has no playbook`);
  const provider = createPlaybookProvider({ playbookOf: () => playbook });
  const offered = [...tools, ...delegatesTo.map((name) => `transfer_to_${name}`)];
  const messages: Message[] = [userText(`Do it.\n\n\`\`\`json\n${JSON.stringify(brief)}\n\`\`\``)];
  const calls: Played["calls"] = [];
  for (let turn = 0; turn < 30; turn += 1) {
    const request = {
      model: "playbook",
      system: "",
      messages,
      tools: offered.map((name) => ({ name, description: name, inputSchema: { type: "object" } })),
      maxOutputTokens: 1000,
      origin: { agent: id },
    };
    let last: ProviderEvent | undefined;
    for await (const event of provider.stream(request, new AbortController().signal)) last = event;
    if (last?.type === "failed") throw new Error(last.failure.message);
    if (last?.type !== "finished") throw new Error("the provider did not finish");
    messages.push(last.message);
    const call = last.message.content.find((part): part is ToolCallPart => part.type === "tool-call");
    if (call === undefined) {
      const text = last.message.content.map((part) => (part.type === "text" ? part.text : "")).join("");
      return { calls, text };
    }
    const made = { name: call.name, input: call.input as JsonObject }; // a playbook's arguments are an object
    const given = answer(made, calls.filter(({ name }) => name === call.name).length);
    calls.push(made);
    const isError = "error" in given;
    const content = isError
      ? { error: { message: given.error } }
      : { ...given.output, facts: given.facts ?? {} };
    messages.push({
      role: "tool",
      content: [
        {
          type: "tool-result",
          callId: call.id,
          name: call.name,
          content: JSON.stringify(content),
          isError,
        },
      ],
    });
  }
  throw new Error("the playbook does not end");
}
