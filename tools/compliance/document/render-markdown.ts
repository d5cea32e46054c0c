import { assertNever } from "#core/contract/failure.ts";
import type { Block, ReportDocument } from "./report-document.ts";

/** The document as CommonMark with GitHub's tables. Pictures become links into `pictureFolder`. */
export function renderMarkdown(content: ReportDocument, pictureFolder: string): string {
  const parts = [`# ${escape(content.title)}`, escape(content.subtitle)];
  for (const section of content.sections) {
    parts.push(
      `## ${escape(section.title)}`,
      ...section.blocks.map((block) => renderBlock(block, pictureFolder)),
    );
  }
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function renderBlock(block: Block, pictureFolder: string): string {
  switch (block.type) {
    case "heading":
      return `### ${escape(block.text)}`;
    case "paragraph":
      return escape(block.text);
    case "verdict":
      return `> **${escape(block.text)}**`;
    case "list":
      return block.items.map((item) => `- ${escape(item)}`).join("\n");
    case "code":
      return fenced(block.text);
    case "pairs":
      return gridOf(
        ["", ""],
        [":--", ":--"],
        block.rows.map(({ name, value, kind }) => [
          cell(name),
          kind === "digest" ? codeCell(value) : cell(value),
        ]),
      );
    case "table":
      return [
        `*${escape(block.caption)}*\n`,
        gridOf(
          block.columns.map(({ title }) => cell(title)),
          block.columns.map(({ kind }) => (kind === "number" ? "--:" : ":--")),
          block.rows.map((row) =>
            row.map((value, index) =>
              block.columns[index]?.kind === "digest" ? codeCell(value) : cell(value),
            ),
          ),
        ),
      ].join("\n");
    case "picture":
      return `![${escape(`${block.picture.title}. ${block.picture.summary}`)}](${pictureFolder}/${block.picture.id}.svg)\n\n*${escape(block.picture.summary)}*`;
    default:
      return assertNever(block, "renderMarkdown");
  }
}

function gridOf(titles: string[], rules: string[], rows: string[][]): string {
  return [titles, rules, ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

/** Everything that Markdown would read as markup, HTML included; a line end would end the paragraph. */
function escape(text: string): string {
  return text
    .replaceAll(/\s+/g, " ")
    .replaceAll(/[\\`*_[\]<>|~]/g, (character) => `\\${character}`)
    .replaceAll(/&(?=#?\w+;)/g, "&amp;")
    .replace(/^(\s*)([#+-]|\d+[.)])(?=\s)/, "$1\\$2")
    .trim();
}

function cell(text: string): string {
  return escape(text);
}

function codeCell(text: string): string {
  return /^[\w:./@+=-]+$/.test(text) ? `\`${text}\`` : escape(text);
}

/** A fence longer than any run of backticks inside. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map((match) => match[0].length));
  const fence = "`".repeat(longest + 1);
  return `${fence}\n${text}\n${fence}`;
}
