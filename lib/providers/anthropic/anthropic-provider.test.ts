import { describeProvider } from "#core/testing/conformance/provider/describe-provider.ts";
import { wireHarness } from "#core/testing/conformance/provider/wire-harness.ts";
import { createAnthropicProvider } from "./anthropic-provider.ts";
import { anthropicAnswer, readAnthropicRequest } from "./anthropic-wire-server.testing.ts";

describeProvider(
  "anthropic",
  wireHarness({
    model: "claude-test",
    keyVariable: "ANTHROPIC_API_KEY",
    create: createAnthropicProvider,
    answer: anthropicAnswer,
    read: readAnthropicRequest,
  }),
);
