import { describeProvider } from "#core/testing/conformance/provider/describe-provider.ts";
import { wireHarness } from "#core/testing/conformance/provider/wire-harness.ts";
import { chatAnswer, readChatRequest } from "./chat-wire-server.testing.ts";
import { createOpenAiProvider } from "./openai-provider.ts";
import { readResponsesRequest, responsesAnswer } from "./responses-wire-server.testing.ts";

const noPartialUsage = {
  "usage-of-failed": "the vendor counts at the end of an answer only",
};

describeProvider(
  "openai (Responses)",
  wireHarness({
    skips: noPartialUsage,
    model: "gpt-6-test",
    keyVariable: "OPENAI_API_KEY",
    create: (settings) => createOpenAiProvider({ ...settings, baseUrl: `${settings.baseUrl}/v1` }),
    answer: responsesAnswer,
    read: readResponsesRequest,
  }),
);

for (const model of ["gpt-6-test", "llama-test"]) {
  describeProvider(
    `openai (Chat Completions, ${model})`,
    wireHarness({
      skips: { ...noPartialUsage, thinking: "the format has no place for reasoning on the way back" },
      model,
      keyVariable: "OPENAI_API_KEY",
      create: (settings) =>
        createOpenAiProvider({ ...settings, baseUrl: `${settings.baseUrl}/v1`, api: "chat" }),
      answer: chatAnswer,
      read: readChatRequest,
    }),
  );
}
