import type { BarChart, Chart, LineChart } from "../document/chart.ts";
import { niceAxis } from "../document/nice-axis.ts";
import { CONTENT_WIDTH, FONT, INK, PAGE, type PdfPage } from "./pdf-page.ts";

type StructureElement = PDFKit.PDFStructureElement;

/** Draws a chart as a figure with its summary as the alternate text. */
export function drawChart(page: PdfPage, parent: StructureElement, chart: Chart): void {
  const { document } = page;
  const height = chart.kind === "bars" ? 34 + 17 * chart.bars.length + 30 : 230;
  page.ensure(height + 16);
  document.font(FONT.strong).fontSize(9).fillColor(INK.text);
  const title = document.struct("P", {}, () => {
    document.text(page.printable(chart.title), PAGE.left, page.y, { width: CONTENT_WIDTH });
  });
  parent.add(title);
  page.y = document.y + 4;
  const draw = () => (chart.kind === "bars" ? drawBars(page, chart) : drawLines(page, chart));
  parent.add(document.struct("Figure", { alt: page.printable(`${chart.title}. ${chart.summary}`) }, draw));
  page.y += 8;
}

const NAME_WIDTH = 150;
const VALUE_WIDTH = 52;
const BAR = 17;

function drawBars(page: PdfPage, chart: BarChart): void {
  const { document } = page;
  const left = PAGE.left + NAME_WIDTH;
  const width = CONTENT_WIDTH - NAME_WIDTH - VALUE_WIDTH;
  const values = chart.bars.map((bar) => bar.value);
  const axis = niceAxis(Math.min(0, ...values), Math.max(...values, chart.limit?.value ?? 0));
  const x = (value: number) => left + ((value - axis.min) / (axis.max - axis.min)) * width;
  const top = page.y + (chart.limit === undefined ? 0 : 12);
  const bottom = top + BAR * chart.bars.length;
  gridLines(page, { axis, x, top, bottom });
  const small = { lineBreak: false, ellipsis: true, height: 10 } as const;
  for (const [index, bar] of chart.bars.entries()) {
    const at = top + BAR * index;
    document.font(FONT.text).fontSize(8).fillColor(INK.text);
    document.text(page.printable(bar.label), PAGE.left, at + 4.5, {
      ...small,
      width: NAME_WIDTH - 8,
      align: "right",
    });
    const [from, to] = [Math.min(x(0), x(bar.value)), Math.max(x(0), x(bar.value))];
    document.rect(from, at + 3, Math.max(0.5, to - from), BAR - 6).fill(INK[bar.tone]);
    document.font(FONT.text).fontSize(8).fillColor(INK.text);
    document.text(shortNumber(bar.value), to + 4, at + 4.5, { ...small, width: VALUE_WIDTH });
  }
  if (chart.limit !== undefined) {
    const at = x(chart.limit.value);
    document
      .moveTo(at, top - 2)
      .lineTo(at, bottom)
      .lineWidth(1)
      .dash(3, { space: 2 })
      .strokeColor(INK.bad)
      .stroke();
    document.undash();
    document.font(FONT.text).fontSize(8).fillColor(INK.bad);
    document.text(page.printable(chart.limit.label), at - 60, top - 12, {
      ...small,
      width: 120,
      align: "center",
    });
  }
  axisTitle(page, { text: chart.valueTitle, left, width, top: bottom + 14 });
  page.y = bottom + 28;
}

function drawLines(page: PdfPage, chart: LineChart): void {
  const { document } = page;
  const points = chart.lines.flatMap((line) => line.points);
  const isUnit = points.flat().every((value) => value >= 0 && value <= 1);
  const unit = { min: 0, max: 1, step: 0.2 };
  const range = (index: 0 | 1) =>
    niceAxis(
      Math.min(...points.map((point) => point[index])),
      Math.max(...points.map((point) => point[index])),
    );
  const [horizontal, vertical] = isUnit ? [unit, unit] : [range(0), range(1)];
  const [left, top, width, height] = [PAGE.left + 44, page.y + 4, 260, 160];
  const x = (value: number) => left + ((value - horizontal.min) / (horizontal.max - horizontal.min)) * width;
  const y = (value: number) =>
    top + height - ((value - vertical.min) / (vertical.max - vertical.min)) * height;
  gridLines(page, { axis: horizontal, x, top, bottom: top + height });
  for (const tick of ticks(vertical)) {
    document
      .moveTo(left, y(tick))
      .lineTo(left + width, y(tick))
      .lineWidth(0.4)
      .strokeColor(INK.line)
      .stroke();
    document.font(FONT.text).fontSize(7.5).fillColor(INK.muted);
    document.text(shortNumber(tick), left - 34, y(tick) - 3.5, {
      width: 30,
      align: "right",
      lineBreak: false,
    });
  }
  if (chart.diagonal !== undefined) {
    document
      .moveTo(x(0), y(0))
      .lineTo(x(1), y(1))
      .lineWidth(0.8)
      .dash(3, { space: 2 })
      .strokeColor(INK.muted)
      .stroke();
    document.undash();
  }
  const colours = [INK.neutral, INK.warning, INK.good, INK.bad];
  for (const [index, line] of chart.lines.entries()) {
    for (const [at, point] of line.points.entries()) {
      if (at === 0) document.moveTo(x(point[0]), y(point[1]));
      else document.lineTo(x(point[0]), y(point[1]));
    }
    document
      .lineWidth(1.4)
      .strokeColor(colours[index % colours.length] ?? INK.neutral)
      .stroke();
  }
  axisTitle(page, {
    text: `${chart.xTitle} (across) against ${chart.yTitle} (up)`,
    left,
    width,
    top: top + height + 14,
  });
  legend(page, chart, { left: left + width + 16, top, colours });
  page.y = top + height + 28;
}

function legend(
  page: PdfPage,
  chart: LineChart,
  place: { left: number; top: number; colours: readonly string[] },
): void {
  const { document } = page;
  const entries = chart.lines.map((line, index) => ({
    text: line.label,
    colour: place.colours[index % place.colours.length] ?? INK.neutral,
    isDashed: false,
  }));
  if (chart.diagonal !== undefined) entries.push({ text: chart.diagonal, colour: INK.muted, isDashed: true });
  for (const [index, entry] of entries.entries()) {
    const at = place.top + 14 * index + 5;
    if (entry.isDashed) document.dash(3, { space: 2 });
    document
      .moveTo(place.left, at)
      .lineTo(place.left + 18, at)
      .lineWidth(1.4)
      .strokeColor(entry.colour)
      .stroke();
    document.undash();
    document.font(FONT.text).fontSize(8).fillColor(INK.text);
    document.text(page.printable(entry.text), place.left + 24, at - 4, {
      width: 120,
      lineBreak: false,
      ellipsis: true,
      height: 10,
    });
  }
}

interface Axis {
  min: number;
  max: number;
  step: number;
}

function gridLines(
  page: PdfPage,
  plan: { axis: Axis; x: (value: number) => number; top: number; bottom: number },
): void {
  const { document } = page;
  for (const tick of ticks(plan.axis)) {
    const at = plan.x(tick);
    document.moveTo(at, plan.top).lineTo(at, plan.bottom).lineWidth(0.4).strokeColor(INK.line).stroke();
    document.font(FONT.text).fontSize(7.5).fillColor(INK.muted);
    document.text(shortNumber(tick), at - 20, plan.bottom + 3, {
      width: 40,
      align: "center",
      lineBreak: false,
    });
  }
}

function axisTitle(page: PdfPage, plan: { text: string; left: number; width: number; top: number }): void {
  page.document.font(FONT.text).fontSize(8).fillColor(INK.muted);
  page.document.text(page.printable(plan.text), plan.left - 20, plan.top, {
    width: plan.width + 40,
    align: "center",
    lineBreak: false,
  });
}

function ticks({ min, max, step }: Axis): number[] {
  return Array.from({ length: Math.round((max - min) / step) + 1 }, (_, index) => min + index * step);
}

function shortNumber(value: number): string {
  return String(Number(value.toPrecision(3)));
}
