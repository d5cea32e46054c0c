import { failure } from "#core/contract/failure.ts";
import type { ProviderEvent } from "#core/contract/provider.ts";

/** What is wrong with a key before it is sent, naming the variable and never the key. */
export function keyProblem(key: string | undefined, variable: string): string | undefined {
  if (key === undefined || key === "") return `no key; set ${variable}`;
  // Anything else cannot stand in an HTTP header, and would fail with the key in the error's text.
  if (!/^[\x21-\x7e]+$/.test(key)) {
    return `the key in ${variable} holds spaces, line breaks or other characters that no key has; set it again`;
  }
  return undefined;
}

/** The answer of a provider that has no usable key. */
export async function* rejectedKey(message: string): AsyncGenerator<ProviderEvent> {
  yield { type: "failed", failure: failure("provider-rejected-key", message) };
}
