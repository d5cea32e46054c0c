import { StreamMessage } from "#api/contract/stream.ts";

/** Parses one message of a socket; undefined for one that this console does not know, which it may skip. */
export function readStreamMessage(text: string): StreamMessage | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = StreamMessage.safeParse(json);
  return parsed.success ? parsed.data : undefined;
}
