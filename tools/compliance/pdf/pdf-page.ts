import PdfKit from "pdfkit";
import { toWindows1252 } from "./windows-1252.ts";

type PdfDocument = InstanceType<typeof PdfKit>;

/** Sizes in points: A4 with margins that leave 483 points for text. */
export const PAGE = { width: 595.28, height: 841.89, left: 56, right: 56, top: 62, bottom: 62 } as const;
export const CONTENT_WIDTH = PAGE.width - PAGE.left - PAGE.right;

export const INK = {
  text: "#1c2430",
  muted: "#56616f",
  line: "#d5dbe2",
  panel: "#f3f5f8",
  neutral: "#2f6fb5",
  good: "#1b7f4d",
  warning: "#a86400",
  bad: "#b32d23",
} as const;

export const FONT = { text: "Helvetica", strong: "Helvetica-Bold", code: "Courier" } as const;

export interface PdfPage {
  document: PdfDocument;
  /** The text as it can be printed; remembers whether anything had to be exchanged. */
  printable(text: string): string;
  /** True once any text was not printed letter for letter. */
  hasExchanged(): boolean;
  /** Where the next block begins, from the top of the page. */
  y: number;
  /** Starts a new page unless so many points are left on this one. */
  ensure(height: number): void;
  /** Points left above the bottom margin. */
  room(): number;
}

/**
 * A tagged PDF 1.7 document without anything that differs between two makings: dates and file id come from
 * `documentTime`, fonts are the standard ones and not embedded.
 */
export function createPdfPage(options: { title: string; subject: string; documentTime: string }): PdfPage {
  const date = new Date(options.documentTime);
  const title = toWindows1252(options.title).text;
  const document = new PdfKit({
    size: "A4",
    pdfVersion: "1.7",
    lang: "en",
    tagged: true,
    displayTitle: true,
    bufferPages: true,
    autoFirstPage: false,
    margins: { top: PAGE.top, bottom: PAGE.bottom, left: PAGE.left, right: PAGE.right },
    info: {
      Title: title,
      Subject: toWindows1252(options.subject).text,
      Author: "Swarm",
      Creator: "Swarm",
      Producer: "Swarm",
      CreationDate: date,
      ModDate: date,
    },
  });
  let isExact = true;
  const page: PdfPage = {
    document,
    y: PAGE.top,
    printable(text) {
      const printed = toWindows1252(text);
      isExact &&= printed.isExact;
      return printed.text;
    },
    hasExchanged: () => !isExact,
    ensure(height) {
      if (page.room() >= height) return;
      document.addPage();
      page.y = PAGE.top;
    },
    room: () => PAGE.height - PAGE.bottom - page.y,
  };
  document.addPage();
  return page;
}

/** Writes header and footer on every page and gives the bytes. */
export async function finishPdf(
  page: PdfPage,
  labels: { header: string; footer: string },
): Promise<{ bytes: Uint8Array; pages: number }> {
  const { document } = page;
  const chunks: Uint8Array[] = [];
  const ended = new Promise<void>((resolve, reject) => {
    document.on("data", (chunk: Uint8Array) => chunks.push(chunk));
    document.on("end", resolve);
    document.on("error", reject);
  });
  const { start, count } = document.bufferedPageRange();
  for (let index = start; index < start + count; index += 1) {
    document.switchToPage(index);
    writeMargins(page, { ...labels, number: index + 1, count });
  }
  document.end();
  await ended;
  return { bytes: Buffer.concat(chunks), pages: count };
}

function writeMargins(
  page: PdfPage,
  labels: { header: string; footer: string; number: number; count: number },
): void {
  const { document } = page;
  // Text below the bottom margin would start a new page.
  document.page.margins.bottom = 0;
  document.markContent("Artifact", { type: "Pagination" });
  document.font(FONT.text).fontSize(8).fillColor(INK.muted);
  const line = { width: CONTENT_WIDTH, lineBreak: false } as const;
  if (labels.number > 1) {
    document.text(page.printable(labels.header), PAGE.left, 34, line);
    document
      .moveTo(PAGE.left, 48)
      .lineTo(PAGE.width - PAGE.right, 48)
      .lineWidth(0.5)
      .strokeColor(INK.line)
      .stroke();
  }
  document.text(page.printable(labels.footer), PAGE.left, PAGE.height - 42, line);
  document.text(`Page ${labels.number} of ${labels.count}`, PAGE.left, PAGE.height - 42, {
    ...line,
    align: "right",
  });
  document.endMarkedContent();
  document.page.margins.bottom = PAGE.bottom;
}
