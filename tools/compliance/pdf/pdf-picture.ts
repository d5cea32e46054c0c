import type { Picture } from "../../pictures/picture.ts";
import { type DrawnShape, readShapes } from "../../pictures/read-shapes.ts";
import { renderPicture } from "../../pictures/render-picture.ts";
import { textWidth } from "../../pictures/text-width.ts";
import { CONTENT_WIDTH, FONT, INK, PAGE, type PdfPage } from "./pdf-page.ts";

type StructureElement = PDFKit.PDFStructureElement;

/** Points per unit: letters of 11 units are 9 points high. */
const SCALE = 0.84;
const CAPTION = { size: 8.5, gap: 10 };

/**
 * Draws the very shapes of the picture's SVG as lines and letters of the PDF, so that a picture looks the same wherever
 * it is shown, with its finding under it. The finding is the alternate text too.
 */
export async function drawPicture(page: PdfPage, parent: StructureElement, picture: Picture): Promise<void> {
  const { document } = page;
  const svg = await renderPicture(picture, "file");
  const units = Number(/viewBox="0 0 \S+ (\S+)"/.exec(svg)?.[1] ?? 0);
  document.font(FONT.text).fontSize(CAPTION.size);
  const caption = page.printable(picture.summary);
  const width = CONTENT_WIDTH;
  const height = units * SCALE + 4 + document.heightOfString(caption, { width });
  page.ensure(height + CAPTION.gap);
  const [left, top] = [PAGE.left, page.y];
  // Without its ground: paper is white.
  const shapes = readShapes(svg).slice(1);
  const draw = () => {
    document.save().translate(left, top).scale(SCALE);
    for (const shape of shapes) drawShape(page, shape);
    document.restore();
  };
  parent.add(
    document.struct("Figure", { alt: page.printable(`${picture.title}. ${picture.summary}`) }, draw),
  );
  parent.add(
    document.struct("P", {}, () => {
      document.font(FONT.text).fontSize(CAPTION.size).fillColor(INK.muted);
      document.text(caption, left, top + units * SCALE + 4, { width });
    }),
  );
  page.y = document.y + CAPTION.gap;
}

function drawShape(page: PdfPage, shape: DrawnShape): void {
  const { document } = page;
  document.save();
  if (shape.kind === "path") {
    document.path(shape.data).opacity(shape.opacity).lineWidth(shape.strokeWidth);
    if (shape.hasRoundCaps) document.lineCap("round");
    const [dash, space] = shape.dash;
    if (dash !== undefined) document.dash(dash, { space: space ?? dash });
    if (shape.fill !== null && shape.stroke !== null) document.fillAndStroke(shape.fill, shape.stroke);
    else if (shape.fill !== null) document.fill(shape.fill);
    else if (shape.stroke !== null) document.stroke(shape.stroke);
    document.restore();
    return;
  }
  const text = page.printable(shape.text);
  document.font(shape.isBold ? FONT.strong : FONT.text).fontSize(shape.size);
  const natural = document.widthOfString(text);
  // Letters that the fonts do not have are printed as code points; the longer text keeps the room of the shorter one.
  const room = textWidth(shape.text, shape.size);
  const narrowing = text === shape.text ? 1 : Math.min(1, room / natural);
  const width = natural * narrowing;
  document.fillColor(shape.fill);
  if (shape.isUpright) document.rotate(-90, { origin: [shape.x, shape.y] });
  const back = shape.anchor === "start" ? 0 : shape.anchor === "middle" ? width / 2 : width;
  // The middle of the letters lies about a third of their size above the line that they stand on.
  document.text(text, shape.x - back, shape.y + shape.size * 0.34, {
    lineBreak: false,
    baseline: "alphabetic",
    ...(narrowing < 1 ? { horizontalScaling: 100 * narrowing } : {}),
  });
  document.restore();
}
