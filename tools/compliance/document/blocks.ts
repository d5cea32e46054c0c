import type { Picture, Tone } from "../../pictures/picture.ts";
import type { Block, ColumnKind } from "./report-document.ts";

/** Short spellings of the blocks that documents are put together from. */
export const paragraph = (text: string): Block => ({ type: "paragraph", text });
export const heading = (text: string): Block => ({ type: "heading", text });
export const verdict = (tone: Tone, text: string): Block => ({ type: "verdict", tone, text });
export const code = (text: string): Block => ({ type: "code", text });
export const pictures = (drawn: readonly Picture[]): Block[] =>
  drawn.map((picture) => ({ type: "picture", picture }));

/** The words for a part that no tool of the run recorded. */
export const missing = (what: string): Block => paragraph(`Not recorded: ${what}.`);

/** A list, or nothing when there are no items. */
export function list(items: readonly string[]): Block[] {
  return items.length === 0 ? [] : [{ type: "list", items: [...items] }];
}

/** Names with values; entries without a value say so. */
export function pairs(
  rows: readonly { name: string; value: string | number | undefined; kind?: "text" | "digest" }[],
): Block {
  return {
    type: "pairs",
    rows: rows.map(({ name, value, kind = "text" }) => ({
      name,
      value: value === undefined || value === "" ? "not recorded" : String(value),
      kind: value === undefined || value === "" ? "text" : kind,
    })),
  };
}

/** Columns are `[title, kind, width]`. A table without rows says so in words. */
export function table(
  caption: string,
  columns: readonly (readonly [title: string, kind: ColumnKind, width: number])[],
  rows: readonly (readonly string[])[],
): Block {
  if (rows.length === 0) return paragraph(`${caption}: none.`);
  return {
    type: "table",
    caption,
    columns: columns.map(([title, kind, width]) => ({ title, kind, width })),
    rows: rows.map((row) => [...row]),
  };
}
