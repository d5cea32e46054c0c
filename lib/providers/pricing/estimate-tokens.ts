/** Tokens of a text by the rule of thumb of four UTF-8 bytes each, for where nobody counts. */
export const estimateTokens = (text: string): number => Math.ceil(Buffer.byteLength(text, "utf8") / 4);
