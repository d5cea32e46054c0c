/** Cuts a text into pieces of about `length` characters that put together give it again; never inside a code point. */
export function pieces(text: string, length: number): string[] {
  const cut: string[] = [];
  let at = 0;
  while (at < text.length) {
    let end = Math.min(text.length, at + length);
    const code = text.charCodeAt(end - 1);
    if (code >= 0xd800 && code <= 0xdbff && end < text.length) end += 1;
    cut.push(text.slice(at, end));
    at = end;
  }
  return cut;
}
