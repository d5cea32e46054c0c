export type Inline =
  | { kind: "text"; text: string }
  | { kind: "code"; text: string }
  | { kind: "strong" | "emphasis"; content: Inline[] }
  | { kind: "link"; href: string; content: Inline[] }
  | { kind: "image"; source: string; alternative: string };

const PATTERN =
  /`([^`]+)`|!\[([^\]]*)\]\(([^)\s]+)[^)]*\)|\[([^\]]+)\]\(([^)\s]+)[^)]*\)|\*\*([^*]+)\*\*|__([^_]+)__|\*([^*\s][^*]*)\*|(?<![A-Za-z0-9])_([^_\s][^_]*)_(?![A-Za-z0-9])|\\([!-/:-@[-`{-~])/;

/** Reads code, emphasis, links and images inside a line; everything else is text. */
export function parseInline(text: string): Inline[] {
  const pieces: Inline[] = [];
  let rest = text;
  const plain = (piece: string): void => {
    if (piece === "") return;
    const last = pieces.at(-1);
    if (last?.kind === "text") last.text += piece;
    else pieces.push({ kind: "text", text: piece });
  };
  while (rest !== "") {
    const match = PATTERN.exec(rest);
    if (match === null) break;
    plain(rest.slice(0, match.index));
    rest = rest.slice(match.index + match[0].length);
    const [
      ,
      code,
      imageText,
      imageSource,
      linkText,
      linkTarget,
      strong,
      strong2,
      emphasis,
      emphasis2,
      escaped,
    ] = match;
    if (code !== undefined) pieces.push({ kind: "code", text: code });
    else if (imageSource !== undefined)
      pieces.push({ kind: "image", source: imageSource, alternative: imageText ?? "" });
    else if (linkText !== undefined)
      pieces.push({ kind: "link", href: linkTarget ?? "", content: parseInline(linkText) });
    else if (strong !== undefined || strong2 !== undefined)
      pieces.push({ kind: "strong", content: parseInline(strong ?? strong2 ?? "") });
    else if (emphasis !== undefined || emphasis2 !== undefined)
      pieces.push({ kind: "emphasis", content: parseInline(emphasis ?? emphasis2 ?? "") });
    else plain(escaped ?? "");
  }
  plain(rest);
  return pieces;
}
