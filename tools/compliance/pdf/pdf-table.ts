import type { ColumnKind } from "../document/report-document.ts";
import { CONTENT_WIDTH, FONT, INK, PAGE, type PdfPage } from "./pdf-page.ts";

type StructureElement = PDFKit.PDFStructureElement;

export interface PdfTable {
  caption: string;
  columns: readonly { title: string; kind: ColumnKind; width: number }[];
  rows: readonly (readonly string[])[];
}

const PADDING = 4;
const BODY = 8.5;
/** Small enough for the 64 digits of a digest to stand on one line beside three other columns. */
const CODE = 6.6;

/**
 * A table over as many pages as it needs: the head is repeated, long texts wrap, a word too long for its column
 * breaks, and a row taller than a page is continued on the next.
 */
export function drawTable(page: PdfPage, parent: StructureElement, table: PdfTable): void {
  const { document } = page;
  const widths = columnWidths(table);
  const element = document.struct("Table");
  parent.add(element);
  drawCaption(page, element, table.caption);
  drawHead(page, element, { table, widths, isFirst: true });
  for (const row of table.rows) {
    for (const part of splitRow(page, table, { row, widths })) {
      const height = rowHeight(page, { table, row: part, widths, isHead: false });
      if (page.room() < height) {
        page.ensure(page.room() + 1);
        drawHead(page, element, { table, widths, isFirst: false });
      }
      drawRow(page, element, { table, row: part, widths, isHead: false });
    }
  }
  element.end();
  page.y += 10;
}

function columnWidths({ columns }: PdfTable): number[] {
  const sum = columns.reduce((total, { width }) => total + width, 0);
  return columns.map(({ width }) => (width / sum) * CONTENT_WIDTH);
}

function drawCaption(page: PdfPage, element: StructureElement, caption: string): void {
  const { document } = page;
  page.ensure(64);
  element.add(
    document.struct("Caption", {}, () => {
      document.font(FONT.text).fontSize(8.5).fillColor(INK.muted);
      document.text(page.printable(caption), PAGE.left, page.y, { width: CONTENT_WIDTH });
    }),
  );
  page.y = document.y + 2;
}

interface RowPlan {
  table: PdfTable;
  row: readonly string[];
  widths: readonly number[];
  isHead: boolean;
}

/** The head is part of the table's structure once; where it is repeated it is decoration. */
function drawHead(
  page: PdfPage,
  element: StructureElement,
  { table, widths, isFirst }: { table: PdfTable; widths: readonly number[]; isFirst: boolean },
): void {
  const plan = { table, row: table.columns.map(({ title }) => title), widths, isHead: true };
  if (isFirst) {
    page.ensure(rowHeight(page, plan) + 30);
    drawRow(page, element, plan);
  } else {
    page.document.markContent("Artifact", { type: "Layout" });
    drawRow(page, undefined, plan);
    page.document.endMarkedContent();
  }
}

function setFont(page: PdfPage, kind: ColumnKind, isHead: boolean): void {
  const face = isHead ? FONT.strong : kind === "digest" ? FONT.code : FONT.text;
  page.document.font(face).fontSize(!isHead && kind === "digest" ? CODE : BODY);
}

function cellHeight(
  page: PdfPage,
  text: string,
  plan: { kind: ColumnKind; width: number; isHead: boolean },
): number {
  setFont(page, plan.kind, plan.isHead);
  return page.document.heightOfString(page.printable(text === "" ? " " : text), {
    width: plan.width - 2 * PADDING,
  });
}

function rowHeight(page: PdfPage, { table, row, widths, isHead }: RowPlan): number {
  const heights = table.columns.map(({ kind }, index) =>
    cellHeight(page, row[index] ?? "", { kind, width: widths[index] ?? 0, isHead }),
  );
  return Math.max(...heights) + 2 * PADDING;
}

function drawRow(page: PdfPage, element: StructureElement | undefined, plan: RowPlan): void {
  const { document } = page;
  const height = rowHeight(page, plan);
  const top = page.y;
  document.save();
  if (element !== undefined) document.markContent("Artifact", { type: "Layout" });
  if (plan.isHead) document.rect(PAGE.left, top, CONTENT_WIDTH, height).fill(INK.panel);
  document
    .moveTo(PAGE.left, top + height)
    .lineTo(PAGE.left + CONTENT_WIDTH, top + height)
    .lineWidth(plan.isHead ? 0.8 : 0.4)
    .strokeColor(plan.isHead ? INK.muted : INK.line)
    .stroke();
  if (element !== undefined) document.endMarkedContent();
  document.restore();
  const row = element === undefined ? undefined : document.struct("TR");
  if (row !== undefined) element?.add(row);
  let left: number = PAGE.left;
  for (const [index, { kind }] of plan.table.columns.entries()) {
    const width = plan.widths[index] ?? 0;
    const at = left + PADDING;
    const write = () => {
      setFont(page, kind, plan.isHead);
      document.fillColor(INK.text);
      document.text(page.printable(plan.row[index] ?? ""), at, top + PADDING, {
        width: width - 2 * PADDING,
        align: kind === "number" ? "right" : "left",
      });
    };
    if (row === undefined) write();
    else row.add(document.struct(plan.isHead ? "TH" : "TD", {}, write));
    left += width;
  }
  row?.end();
  page.y = top + height;
}

/** Parts of a row that each fit a page; one part for all but absurdly long texts. */
function splitRow(
  page: PdfPage,
  table: PdfTable,
  { row, widths }: { row: readonly string[]; widths: readonly number[] },
): string[][] {
  const limit = PAGE.height - PAGE.top - PAGE.bottom - 60;
  const cells = table.columns.map(({ kind }, index) =>
    splitText(row[index] ?? "", (text) => {
      return cellHeight(page, text, { kind, width: widths[index] ?? 0, isHead: false }) <= limit;
    }),
  );
  const parts = Math.max(...cells.map((texts) => texts.length));
  return Array.from({ length: parts }, (_, part) => cells.map((texts) => texts[part] ?? ""));
}

function splitText(text: string, fits: (text: string) => boolean): string[] {
  const parts: string[] = [];
  let rest = text;
  while (!fits(rest)) {
    let [low, high] = [1, rest.length];
    while (low + 1 < high) {
      const middle = (low + high) >> 1;
      if (fits(rest.slice(0, middle))) low = middle;
      else high = middle;
    }
    const space = rest.lastIndexOf(" ", low);
    const end = space > low / 2 ? space : low;
    parts.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return [...parts, rest];
}
