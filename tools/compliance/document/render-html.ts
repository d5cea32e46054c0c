import { assertNever } from "#core/contract/failure.ts";
import { pictureVariables } from "../../pictures/palette.ts";
import type { Picture } from "../../pictures/picture.ts";
import { renderPicture } from "../../pictures/render-picture.ts";
import type { Block, ReportDocument, Section } from "./report-document.ts";

/**
 * The document as one HTML page that needs nothing else: styles and drawings are inside, no script, no request to
 * anywhere (its content security policy forbids them). Follows the reader's light or dark scheme and prints well.
 */
export async function renderHtml(content: ReportDocument): Promise<string> {
  const sections: string[] = [];
  for (const [index, section] of content.sections.entries())
    sections.push(await renderSection(section, index));
  const links = content.sections
    .map((section, index) => `<li><a href="#section-${index + 1}">${escape(section.title)}</a></li>`)
    .join("");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escape(content.title)}</title>
<style>${STYLE}</style>
</head>
<body>
<header><h1>${escape(content.title)}</h1><p>${escape(content.subtitle)}</p></header>
<nav aria-label="Sections"><ol>${links}</ol></nav>
<main>
${sections.join("\n")}
</main>
</body>
</html>
`;
}

async function renderSection(section: Section, index: number): Promise<string> {
  const blocks: string[] = [];
  for (const block of section.blocks) blocks.push(await renderBlock(block));
  const id = `section-${index + 1}`;
  return `<section aria-labelledby="${id}"><h2 id="${id}">${escape(section.title)}</h2>\n${blocks.join("\n")}\n</section>`;
}

async function renderBlock(block: Block): Promise<string> {
  switch (block.type) {
    case "heading":
      return `<h3>${escape(block.text)}</h3>`;
    case "paragraph":
      return `<p>${escape(block.text)}</p>`;
    case "verdict":
      return `<p class="verdict ${block.tone}">${escape(block.text)}</p>`;
    case "list":
      return `<ul>${block.items.map((item) => `<li>${escape(item)}</li>`).join("")}</ul>`;
    case "code":
      return `<pre tabindex="0"><code>${escape(block.text)}</code></pre>`;
    case "pairs":
      return `<dl>${block.rows
        .map(({ name, value, kind }) => `<div><dt>${escape(name)}</dt><dd>${cell(value, kind)}</dd></div>`)
        .join("")}</dl>`;
    case "table": {
      const head = block.columns.map(
        ({ title, kind }) => `<th scope="col" class="${kind}">${escape(title)}</th>`,
      );
      const rows = block.rows.map((row) => {
        const cells = row.map((value, index) => {
          const kind = block.columns[index]?.kind ?? "text";
          return `<td class="${kind}">${cell(value, kind)}</td>`;
        });
        return `<tr>${cells.join("")}</tr>`;
      });
      const caption = `<caption>${escape(block.caption)}</caption>`;
      return (
        `<div class="scroll" role="region" tabindex="0" aria-label="${escape(block.caption)}"><table>${caption}` +
        `<thead><tr>${head.join("")}</tr></thead><tbody>${rows.join("")}</tbody></table></div>`
      );
    }
    case "picture":
      return figureOf(block.picture);
    default:
      return assertNever(block, "renderHtml");
  }
}

/** The drawing, its finding in words, and its numbers as a table that opens. */
async function figureOf(picture: Picture): Promise<string> {
  const svg = await renderPicture(picture, "page");
  return `<figure>${svg}<figcaption>${escape(picture.summary)}</figcaption>${picture.kind === "drawn" ? numbersOf(picture) : ""}</figure>`;
}

function numbersOf({ title, table }: Extract<Picture, { kind: "drawn" }>): string {
  const head = table.columns.map(
    (column) => `<th scope="col" class="${column.kind}">${escape(column.title)}</th>`,
  );
  const rows = table.rows.map((row) => {
    const cells = row.map(
      (value, index) => `<td class="${table.columns[index]?.kind ?? "text"}">${escape(value)}</td>`,
    );
    return `<tr>${cells.join("")}</tr>`;
  });
  const name = escape(`${title}: numbers`);
  return (
    `<details><summary>Numbers</summary><div class="scroll" role="region" tabindex="0" aria-label="${name}"><table><caption>${name}</caption>` +
    `<thead><tr>${head.join("")}</tr></thead><tbody>${rows.join("")}</tbody></table></div>${
      table.rest === "" ? "" : `<p>${escape(table.rest)}</p>`
    }</details>`
  );
}

function cell(value: string, kind: string): string {
  return kind === "digest" ? `<code>${escape(value)}</code>` : escape(value);
}

function escape(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

const LIGHT = `--ground:#fff;--panel:#f5f7f9;--ink:#1c2430;--muted:#56616f;--line:#d5dbe2;--link:#1f5fa8;
--good:#1b7f4d;--warning:#8f5400;--bad:#b32d23;--neutral:#56616f;${pictureVariables("light")}`;
const DARK = `--ground:#12171d;--panel:#1b222a;--ink:#e8edf3;--muted:#a3b0be;--line:#35404c;--link:#7db4f0;
--good:#58c58d;--warning:#e5a84b;--bad:#f08378;--neutral:#a3b0be;${pictureVariables("dark")}`;

const STYLE = `
:root{${LIGHT}}
@media(prefers-color-scheme:dark){:root{${DARK}}}
@media print{:root{${LIGHT}}nav{display:none}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:58rem;padding:2rem 1.25rem 4rem;background:var(--ground);color:var(--ink);
font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif}
h1{font-size:1.9rem;line-height:1.2;margin:0}
header p{color:var(--muted);margin:.35rem 0 1.5rem}
nav ol{columns:2;column-gap:2rem;margin:0 0 1rem;padding:.9rem 1.2rem .9rem 2.4rem;background:var(--panel);border-radius:8px}
nav a{color:var(--link)}
h2{font-size:1.3rem;margin:2.4rem 0 .7rem;padding-bottom:.3rem;border-bottom:1px solid var(--line)}
h3{font-size:1.05rem;margin:1.5rem 0 .5rem}
p{margin:.6rem 0;overflow-wrap:anywhere}
.verdict{padding:.6rem .9rem;border-left:4px solid var(--neutral);background:var(--panel);font-weight:600}
.verdict.good{border-color:var(--good)}.verdict.warning{border-color:var(--warning)}.verdict.bad{border-color:var(--bad)}
dl{margin:.6rem 0 1.2rem}
dl div{display:grid;grid-template-columns:minmax(9rem,15rem) 1fr;gap:1rem;padding:.35rem 0;border-bottom:1px solid var(--line)}
dt{color:var(--muted)}dd{margin:0;overflow-wrap:anywhere}
code{font:.86em/1.4 ui-monospace,"SF Mono","DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
pre{margin:.6rem 0;padding:.8rem 1rem;overflow-x:auto;background:var(--panel);border-radius:8px}
pre code{overflow-wrap:normal}
.scroll{overflow-x:auto;margin:.8rem 0}
table{border-collapse:collapse;width:100%;font-size:.93rem}
caption{text-align:left;color:var(--muted);padding-bottom:.3rem}
th,td{padding:.35rem .6rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
th{border-bottom-width:2px}
td.text{overflow-wrap:break-word;min-width:6rem}
.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
figure{margin:1.6rem 0;max-width:34rem;break-inside:avoid}figure svg{display:block;width:100%;height:auto}
figcaption,summary,details p{color:var(--muted);font-size:.9rem}summary{cursor:pointer}
@media(max-width:40rem){nav ol{columns:1}dl div{grid-template-columns:1fr;gap:0}}
`;
