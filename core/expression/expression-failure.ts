import { fail } from "#core/contract/failure.ts";
import { nearestName } from "#core/registry/nearest-name.ts";

/**
 * What is wrong with an expression and where. Quotes the author's text, never a value that it read, because
 * failures end in events.
 */
export function expressionFailure(text: string, from: number, message: string) {
  const excerpt = text.length > 200 ? `${text.slice(0, 199)}…` : text;
  return fail("invalid-input", `in \`${excerpt}\` at position ${from + 1}: ${message}`, {
    details: { expression: excerpt, position: from + 1 },
  });
}

/** `; did you mean \`fairness\`?` or, when nothing is near, the names there are. */
export function knownHint(name: string, known: readonly string[]): string {
  const near = nearestName(name, known);
  if (near !== undefined) return `; did you mean \`${near}\`?`;
  return known.length === 0 ? "" : `; known are ${known.join(", ")}`;
}
