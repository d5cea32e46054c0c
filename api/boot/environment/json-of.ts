/** The value of a JSON text, or undefined for a text that is none: a schema then says what is missing. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
