import { LABEL_SIZE } from "./axes.ts";
import type { Axis, DrawnPicture, LegendEntry, Panel } from "./picture.ts";
import { fitText, textWidth, wrapText } from "./text-width.ts";

/** Every picture is so many units wide: its smallest letters are still readable on a telephone of 360 pixels. */
export const PAGE_WIDTH = 400;
export const TITLE_SIZE = 13;
const MARGIN = 12;
const TITLE_LINE = 17;
const LEGEND_LINE = 17;
const KEY_WIDTH = 24;
const KEY_GAP = 14;
/** Height of a line of labels under a panel, and of the axis' title. */
const LABELS = 19;
const AXIS_TITLE = 17;
const PANEL_GAP = 10;

export interface PlacedLegend {
  entry: LegendEntry;
  label: string;
  x: number;
  y: number;
}

export interface PlacedPanel {
  panel: Panel;
  left: number;
  top: number;
  width: number;
  height: number;
  /** Those of the axes' marks whose labels have room. */
  xLabels: Axis["marks"];
  yLabels: Axis["marks"];
  /** Units that the title of the x axis can take, which stands in the middle under the drawing area. */
  xTitleRoom: number;
  /** Units between the axis and its title. */
  xGap: number;
  yGap: number;
}

export interface PictureLayout {
  height: number;
  /** Lines of the title with their middle. */
  title: { text: string; y: number }[];
  legend: PlacedLegend[];
  panels: PlacedPanel[];
}

/** Where everything stands: title, legend, and panels one under the other with equal left edges. */
export function layOutPicture(picture: DrawnPicture): PictureLayout {
  const title = titleLines(picture.title);
  let y = MARGIN + title.length * TITLE_LINE;
  const legend = placeLegend(picture.legend, y + 2);
  if (legend.length > 0) y = Math.max(...legend.map((entry) => entry.y)) + LEGEND_LINE / 2 + 2;
  const labels = picture.panels.map(({ y: axis }) =>
    Math.max(8, ...axis.marks.map(({ label }) => textWidth(label, LABEL_SIZE))),
  );
  const titled = picture.panels.some((panel) => panel.y.title !== "");
  const firstLabels = picture.panels.map(
    ({ x: axis }) => textWidth(axis.marks[0]?.label ?? "", LABEL_SIZE) / 2 + 4,
  );
  const left = Math.ceil(Math.max(6 + (titled ? AXIS_TITLE : 0) + Math.max(...labels) + 6, ...firstLabels));
  const panels: PlacedPanel[] = [];
  for (const panel of picture.panels) {
    y += PANEL_GAP;
    const last = panel.x.marks.at(-1)?.label ?? "";
    const right = Math.ceil(Math.max(MARGIN, panel.rightRoom + 4, textWidth(last, LABEL_SIZE) / 2 + 4));
    const width = PAGE_WIDTH - left - right;
    panels.push({
      panel,
      left,
      top: y,
      width,
      height: panel.height,
      xLabels: withRoom(panel.x, width, (label) => textWidth(label, LABEL_SIZE) + 6),
      yLabels: withRoom(panel.y, panel.height, () => LABEL_SIZE + 2),
      xTitleRoom: 2 * Math.min(left + width / 2, PAGE_WIDTH - left - width / 2) - 8,
      xGap: LABELS + 6,
      yGap: left - 6 - AXIS_TITLE / 2,
    });
    y += panel.height + (panel.x.marks.length > 0 ? LABELS : 4) + (panel.x.title === "" ? 0 : AXIS_TITLE);
  }
  return { height: Math.ceil(y + 6), title, legend, panels };
}

/** The title at the top of a page, in at most two lines. */
export function titleLines(text: string): PictureLayout["title"] {
  return wrapText(text, { size: TITLE_SIZE, width: (PAGE_WIDTH - 2 * MARGIN) * 0.93, lines: 2 }).map(
    (line, index) => ({ text: line, y: MARGIN + TITLE_LINE * (index + 0.5) }),
  );
}

function placeLegend(entries: readonly LegendEntry[], top: number): PlacedLegend[] {
  const placed: PlacedLegend[] = [];
  let x = MARGIN;
  let line = 0;
  for (const entry of entries) {
    const label = fitText(entry.label, LABEL_SIZE, PAGE_WIDTH - 2 * MARGIN - KEY_WIDTH);
    const width = KEY_WIDTH + textWidth(label, LABEL_SIZE);
    if (x > MARGIN && x + width > PAGE_WIDTH - MARGIN) {
      x = MARGIN;
      line += 1;
    }
    placed.push({ entry, label, x, y: top + LEGEND_LINE * (line + 0.5) });
    x += width + KEY_GAP;
  }
  return placed;
}

/** Every mark when all labels fit side by side, else every second, third and so on. */
function withRoom(axis: Axis, units: number, sizeOf: (label: string) => number): Axis["marks"] {
  const marks = axis.marks.toSorted((one, other) => one.at - other.at);
  const scale = units / (axis.max - axis.min);
  for (let step = 1; step < marks.length; step += 1) {
    const kept = marks.filter((_, index) => index % step === 0);
    const fits = kept.every(({ at, label }, index) => {
      const next = kept[index + 1];
      return next === undefined || (next.at - at) * scale >= (sizeOf(label) + sizeOf(next.label)) / 2;
    });
    if (fits) return kept;
  }
  return marks.slice(0, 1);
}
