/** Beyond Latin-1, what the standard fonts of PDF have in WinAnsiEncoding (ISO 32000-1, annex D). */
const BEYOND_LATIN1 = new Set("ƒ–—‘’‚“”„†‡•…€‰‹›ˆ™Œœ˜Š š Ÿ Ž ž".replaceAll(" ", ""));

/** Letters and signs that do not come apart into a base letter and a mark. */
const REPLACEMENTS: ReadonlyMap<string, string> = new Map([
  ["ł", "l"],
  ["Ł", "L"],
  ["đ", "d"],
  ["Đ", "D"],
  ["ħ", "h"],
  ["Ħ", "H"],
  ["ı", "i"],
  ["ŧ", "t"],
  ["Ŧ", "T"],
  ["ŋ", "ng"],
  ["Ŋ", "NG"],
  ["→", "->"],
  ["←", "<-"],
  ["≤", "<="],
  ["≥", ">="],
  ["≠", "!="],
  ["≈", "~"],
  ["−", "-"],
  ["‐", "-"],
  ["‑", "-"],
  ["✓", "yes"],
  ["✗", "no"],
]);

/**
 * A text as the standard fonts can set it. Letters with marks lose the marks they cannot keep, and what has no
 * likeness is printed as its code point, `<U+4E2D>`: nothing vanishes and nothing is passed off as something else.
 * `isExact` is false when anything was exchanged.
 */
export function toWindows1252(text: string): { text: string; isExact: boolean } {
  let isExact = true;
  let result = "";
  for (const character of text.normalize("NFC")) {
    if (isPrintable(character)) {
      result += character;
    } else if (/\s/.test(character)) {
      result += " ";
    } else {
      isExact = false;
      result += likeness(character);
    }
  }
  return { text: result, isExact };
}

function isPrintable(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  return (
    (code >= 0x20 && code <= 0x7e) ||
    (code >= 0xa0 && code <= 0xff && code !== 0xad) ||
    BEYOND_LATIN1.has(character)
  );
}

function likeness(character: string): string {
  const replacement = REPLACEMENTS.get(character);
  if (replacement !== undefined) return replacement;
  const base = character.normalize("NFKD").replaceAll(/\p{Mark}/gu, "");
  if (base !== "" && Array.from(base).every(isPrintable)) return base;
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return `<U+${code}>`;
}
