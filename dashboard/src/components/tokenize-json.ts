export interface JsonToken {
  kind: "key" | "string" | "number" | "word" | "plain";
  text: string;
}

const PATTERN = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|\b(true|false|null)\b/g;

/** Splits pretty-printed JSON into pieces to colour; the pieces joined give the text again. */
export function tokenizeJson(text: string): JsonToken[] {
  const tokens: JsonToken[] = [];
  let end = 0;
  const plain = (piece: string): void => {
    if (piece !== "") tokens.push({ kind: "plain", text: piece });
  };
  for (const match of text.matchAll(PATTERN)) {
    plain(text.slice(end, match.index));
    end = match.index + match[0].length;
    const [, string, colon, number, word] = match;
    if (string !== undefined) {
      tokens.push({ kind: colon === undefined ? "string" : "key", text: string });
      plain(colon ?? "");
    } else if (number !== undefined) tokens.push({ kind: "number", text: number });
    else if (word !== undefined) tokens.push({ kind: "word", text: word });
  }
  plain(text.slice(end));
  return tokens;
}
