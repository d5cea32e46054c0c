import { type Inline, parseInline } from "./parse-inline.ts";

export type Block =
  | { kind: "heading"; level: number; content: Inline[] }
  | { kind: "paragraph"; content: Inline[] }
  | { kind: "quote"; blocks: Block[] }
  | { kind: "code"; language: string; text: string }
  | { kind: "list"; isOrdered: boolean; items: Block[][] }
  | { kind: "table"; align: ("left" | "right" | "center")[]; head: Inline[][]; rows: Inline[][][] }
  | { kind: "rule" };

/**
 * Reads the Markdown that documents of a run are written in: headings, paragraphs, lists, quotes, fenced code, tables
 * and rules. It is a reader for showing, not a full CommonMark parser: what it does not know stays text, HTML too.
 */
export function parseMarkdown(text: string): Block[] {
  return parseLines(text.replaceAll("\r\n", "\n").split("\n"));
}

function parseLines(lines: readonly string[]): Block[] {
  const blocks: Block[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] ?? "";
    if (line.trim() === "") {
      at += 1;
      continue;
    }
    const read =
      readFence(lines, at) ??
      readHeading(line, at) ??
      readRule(line, at) ??
      readTable(lines, at) ??
      readQuote(lines, at) ??
      readList(lines, at) ??
      readParagraph(lines, at);
    blocks.push(read.block);
    at = read.next;
  }
  return blocks;
}

interface Read {
  block: Block;
  next: number;
}

function readFence(lines: readonly string[], at: number): Read | undefined {
  const open = /^\s{0,3}(`{3,}|~{3,})\s*(\S*)/.exec(lines[at] ?? "");
  if (open === null) return undefined;
  const fence = open[1] ?? "```";
  const body: string[] = [];
  let next = at + 1;
  while (next < lines.length && !(lines[next] ?? "").trimStart().startsWith(fence)) {
    body.push(lines[next] ?? "");
    next += 1;
  }
  return { block: { kind: "code", language: open[2] ?? "", text: body.join("\n") }, next: next + 1 };
}

function readHeading(line: string, at: number): Read | undefined {
  const match = /^(#{1,6})\s+(.*?)\s*#*$/.exec(line);
  if (match === null) return undefined;
  return {
    block: { kind: "heading", level: match[1]?.length ?? 1, content: parseInline(match[2] ?? "") },
    next: at + 1,
  };
}

function readRule(line: string, at: number): Read | undefined {
  return /^\s{0,3}([-*_])(\s*\1){2,}\s*$/.test(line) ? { block: { kind: "rule" }, next: at + 1 } : undefined;
}

const cellsOf = (line: string): string[] =>
  line
    .trim()
    .replace(/^\|/, "")
    .replace(/(?<!\\)\|$/, "")
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll("\\|", "|"));

function readTable(lines: readonly string[], at: number): Read | undefined {
  const head = lines[at] ?? "";
  const marks = lines[at + 1] ?? "";
  if (!head.includes("|") || !/^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/.test(marks)) return undefined;
  const align = cellsOf(marks).map((mark) => {
    if (mark.endsWith(":")) return mark.startsWith(":") ? ("center" as const) : ("right" as const);
    return "left" as const;
  });
  const rows: Inline[][][] = [];
  let next = at + 2;
  while (next < lines.length && (lines[next] ?? "").includes("|")) {
    rows.push(cellsOf(lines[next] ?? "").map(parseInline));
    next += 1;
  }
  return { block: { kind: "table", align, head: cellsOf(head).map(parseInline), rows }, next };
}

function readQuote(lines: readonly string[], at: number): Read | undefined {
  if (!/^\s{0,3}>/.test(lines[at] ?? "")) return undefined;
  const body: string[] = [];
  let next = at;
  while (next < lines.length && /^\s{0,3}>/.test(lines[next] ?? "")) {
    body.push((lines[next] ?? "").replace(/^\s{0,3}>\s?/, ""));
    next += 1;
  }
  return { block: { kind: "quote", blocks: parseLines(body) }, next };
}

const ITEM = /^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$/;

function readList(lines: readonly string[], at: number): Read | undefined {
  const first = ITEM.exec(lines[at] ?? "");
  if (first === null) return undefined;
  const indent = first[1]?.length ?? 0;
  const isOrdered = /\d/.test(first[2] ?? "");
  const items: string[][] = [];
  let next = at;
  while (next < lines.length) {
    const line = lines[next] ?? "";
    const item = ITEM.exec(line);
    const depth = line.length - line.trimStart().length;
    if (item !== null && (item[1]?.length ?? 0) === indent && /\d/.test(item[2] ?? "") === isOrdered) {
      items.push([item[3] ?? ""]);
    } else if (line.trim() === "") {
      const after = lines[next + 1] ?? "";
      const goesOn = ITEM.test(after) || after.length - after.trimStart().length > indent;
      if (after.trim() === "" || !goesOn) break;
      items.at(-1)?.push("");
    } else if (depth > indent) {
      items.at(-1)?.push(line.slice(Math.min(depth, indent + 2)));
    } else break;
    next += 1;
  }
  return { block: { kind: "list", isOrdered, items: items.map(parseLines) }, next };
}

function readParagraph(lines: readonly string[], at: number): Read {
  const body: string[] = [];
  let next = at;
  while (next < lines.length) {
    const line = lines[next] ?? "";
    const startsOther =
      line.trim() === "" || /^(#{1,6}\s|\s{0,3}(>|`{3,}|~{3,}))/.test(line) || (next > at && ITEM.test(line));
    if (startsOther && next > at) break;
    body.push(line.trim());
    next += 1;
  }
  return { block: { kind: "paragraph", content: parseInline(body.join(" ")) }, next };
}
