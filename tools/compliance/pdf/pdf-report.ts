import { setImmediate as nextTurn } from "node:timers/promises";
import { assertNever } from "#core/contract/failure.ts";
import type { Block, Section } from "../document/report-document.ts";
import { CONTENT_WIDTH, createPdfPage, FONT, finishPdf, INK, PAGE, type PdfPage } from "./pdf-page.ts";
import { drawPicture } from "./pdf-picture.ts";
import { drawTable } from "./pdf-table.ts";

type StructureElement = PDFKit.PDFStructureElement;

/** The first page: what the reader must see without turning it. */
export interface Cover {
  title: string;
  subtitle: string;
  verdict: Extract<Block, { type: "verdict" }>;
  pairs: Extract<Block, { type: "pairs" }>;
  note: string;
}

/**
 * Sets a cover and sections as PDF: bookmarks for every section and heading, page numbers, structure for readers
 * that do not see. Equal content and time give equal bytes. Between sections other work gets its turn.
 */
export async function renderPdf(
  cover: Cover,
  sections: readonly Section[],
  options: { subject: string; header: string; documentTime: string; signal: AbortSignal },
): Promise<{ bytes: Uint8Array; pages: number }> {
  const page = createPdfPage({ title: cover.title, ...options });
  const { document } = page;
  const root = document.struct("Document");
  document.addStructure(root);
  await drawCover(page, root, cover);
  for (const [index, section] of sections.entries()) {
    await nextTurn();
    options.signal.throwIfAborted();
    await drawSection(page, root, { section, number: index + 1 });
  }
  if (page.hasExchanged()) {
    await drawBlock(page, root, { type: "heading", text: "About the letters in this document" });
    await drawBlock(page, root, {
      type: "paragraph",
      text:
        "Some texts hold characters that the standard fonts of PDF do not have. They are printed without their marks " +
        "or as code points, <U+0000>; the records that this report was made from hold them as they are.",
    });
  }
  root.end();
  return finishPdf(page, { header: options.header, footer: cover.title });
}

async function drawCover(page: PdfPage, root: StructureElement, cover: Cover): Promise<void> {
  const { document } = page;
  const element = document.struct("Sect");
  root.add(element);
  document.outline.addItem("Cover");
  document.markContent("Artifact", { type: "Layout" });
  document.rect(0, 0, PAGE.width, 8).fill(INK.neutral);
  document.endMarkedContent();
  page.y = 120;
  write(page, element, { tag: "H1", text: cover.title, size: 28, font: FONT.strong, gap: 6 });
  write(page, element, { tag: "P", text: cover.subtitle, size: 12, colour: INK.muted, gap: 26 });
  await drawBlock(page, element, cover.verdict);
  page.y += 14;
  await drawBlock(page, element, cover.pairs);
  page.y += 10;
  write(page, element, { tag: "P", text: cover.note, size: 8.5, colour: INK.muted, gap: 0 });
  element.end();
}

async function drawSection(
  page: PdfPage,
  root: StructureElement,
  { section, number }: { section: Section; number: number },
): Promise<void> {
  const { document } = page;
  const title = `${number}  ${section.title}`;
  // The first section leaves the cover; later ones go on where there is room for more than their title.
  if (number === 1) page.ensure(page.room() + 1);
  else page.ensure(150);
  const element = document.struct("Sect");
  root.add(element);
  const outline = document.outline.addItem(page.printable(title));
  if (page.y > PAGE.top) page.y += 14;
  write(page, element, { tag: "H2", text: title, size: 16, font: FONT.strong, gap: 8 });
  for (const block of section.blocks) {
    if (block.type === "heading") {
      page.ensure(90);
      outline.addItem(page.printable(block.text));
    }
    await drawBlock(page, element, block);
  }
  element.end();
}

async function drawBlock(page: PdfPage, parent: StructureElement, block: Block): Promise<void> {
  switch (block.type) {
    case "heading":
      page.y += 4;
      write(page, parent, { tag: "H3", text: block.text, size: 11.5, font: FONT.strong, gap: 5 });
      return;
    case "paragraph":
      write(page, parent, { tag: "P", text: block.text, size: 9.5, gap: 7 });
      return;
    case "list":
      drawList(page, parent, block.items);
      return;
    case "verdict":
      drawVerdict(page, parent, block);
      return;
    case "code":
      drawCode(page, parent, block.text);
      return;
    case "pairs":
      drawPairs(page, parent, block.rows);
      return;
    case "table":
      drawTable(page, parent, block);
      return;
    case "picture":
      await drawPicture(page, parent, block.picture);
      return;
    default:
      assertNever(block, "drawBlock");
  }
}

function write(
  page: PdfPage,
  parent: StructureElement,
  line: {
    tag: string;
    text: string;
    size: number;
    font?: string;
    colour?: string;
    gap: number;
    left?: number;
  },
): void {
  const { document } = page;
  page.ensure(line.size * 2.4);
  const left = line.left ?? PAGE.left;
  parent.add(
    document.struct(line.tag, {}, () => {
      document
        .font(line.font ?? FONT.text)
        .fontSize(line.size)
        .fillColor(line.colour ?? INK.text);
      document.text(page.printable(line.text), left, page.y, {
        width: PAGE.width - PAGE.right - left,
        lineGap: 1.5,
      });
    }),
  );
  page.y = document.y + line.gap;
}

function drawList(page: PdfPage, parent: StructureElement, items: readonly string[]): void {
  const { document } = page;
  const list = document.struct("L");
  parent.add(list);
  for (const item of items) {
    page.ensure(24);
    const entry = document.struct("LI");
    list.add(entry);
    const top = page.y;
    entry.add(
      document.struct("Lbl", {}, () => {
        document
          .font(FONT.text)
          .fontSize(9.5)
          .fillColor(INK.muted)
          .text("•", PAGE.left + 4, top, { lineBreak: false });
      }),
    );
    write(page, entry, { tag: "LBody", text: item, size: 9.5, gap: 3, left: PAGE.left + 16 });
    entry.end();
  }
  list.end();
  page.y += 5;
}

function drawVerdict(
  page: PdfPage,
  parent: StructureElement,
  block: Extract<Block, { type: "verdict" }>,
): void {
  const { document } = page;
  document.font(FONT.strong).fontSize(10);
  const text = page.printable(block.text);
  const width = CONTENT_WIDTH - 24;
  const height = document.heightOfString(text, { width }) + 14;
  page.ensure(height + 8);
  const top = page.y;
  document.markContent("Artifact", { type: "Layout" });
  document.rect(PAGE.left, top, CONTENT_WIDTH, height).fill(INK.panel);
  document.rect(PAGE.left, top, 4, height).fill(INK[block.tone]);
  document.endMarkedContent();
  parent.add(
    document.struct("P", {}, () => {
      document
        .font(FONT.strong)
        .fontSize(10)
        .fillColor(INK.text)
        .text(text, PAGE.left + 14, top + 8, { width });
    }),
  );
  page.y = top + height + 8;
}

function drawCode(page: PdfPage, parent: StructureElement, text: string): void {
  const { document } = page;
  const lines = text.split("\n").map((line) => page.printable(line));
  document.font(FONT.code).fontSize(8);
  const width = CONTENT_WIDTH - 16;
  const heights = lines.map((line) => document.heightOfString(line === "" ? " " : line, { width }));
  const height = heights.reduce((sum, one) => sum + one, 0) + 12;
  page.ensure(Math.min(height, 400) + 6);
  const top = page.y;
  document.markContent("Artifact", { type: "Layout" });
  document.rect(PAGE.left, top, CONTENT_WIDTH, height).fill(INK.panel);
  document.endMarkedContent();
  parent.add(
    document.struct("Code", {}, () => {
      document.font(FONT.code).fontSize(8).fillColor(INK.text);
      document.text(lines.join("\n"), PAGE.left + 8, top + 7, { width });
    }),
  );
  page.y = top + height + 8;
}

/** A value taller than this, in points, is set as text that may go on over pages. */
const LONGEST_PAIR = 300;

function drawPairs(
  page: PdfPage,
  parent: StructureElement,
  rows: Extract<Block, { type: "pairs" }>["rows"],
): void {
  const { document } = page;
  const table = document.struct("Table");
  parent.add(table);
  const nameWidth = 142;
  for (const { name, value, kind } of rows) {
    const [label, text] = [page.printable(name), page.printable(value)];
    const left = PAGE.left + nameWidth;
    const width = CONTENT_WIDTH - nameWidth;
    document.font(FONT.text).fontSize(9);
    const nameHeight = document.heightOfString(label, { width: nameWidth - 10 });
    document.font(kind === "digest" ? FONT.code : FONT.text).fontSize(kind === "digest" ? 8 : 9);
    const height = Math.max(nameHeight, document.heightOfString(text, { width })) + 7;
    if (height > LONGEST_PAIR) {
      write(page, parent, { tag: "P", text: name, size: 9, colour: INK.muted, gap: 2 });
      write(page, parent, { tag: "P", text: value, size: 9, gap: 6 });
      continue;
    }
    page.ensure(height);
    const top = page.y;
    document.markContent("Artifact", { type: "Layout" });
    document
      .moveTo(PAGE.left, top + height)
      .lineTo(PAGE.left + CONTENT_WIDTH, top + height)
      .lineWidth(0.4)
      .strokeColor(INK.line)
      .stroke();
    document.endMarkedContent();
    const row = document.struct("TR");
    table.add(row);
    row.add(
      document.struct("TH", {}, () => {
        document.font(FONT.text).fontSize(9).fillColor(INK.muted);
        document.text(label, PAGE.left, top + 4, { width: nameWidth - 10 });
      }),
    );
    row.add(
      document.struct("TD", {}, () => {
        document.font(kind === "digest" ? FONT.code : FONT.text).fontSize(kind === "digest" ? 8 : 9);
        document.fillColor(INK.text).text(text, left, top + 4, { width });
      }),
    );
    row.end();
    page.y = top + height;
  }
  table.end();
  page.y += 9;
}
