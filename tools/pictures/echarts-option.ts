import type { EChartsCoreOption } from "echarts";
import { assertNever } from "#core/contract/failure.ts";
import { LABEL_SIZE } from "./axes.ts";
import type { PictureLayout, PlacedLegend, PlacedPanel } from "./lay-out-picture.ts";
import { PAGE_WIDTH, TITLE_SIZE } from "./lay-out-picture.ts";
import { inkOnPaper } from "./palette.ts";
import type { Axis, Ink, Mark } from "./picture.ts";
import { fitText } from "./text-width.ts";

const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', sans-serif";

/** A shape in the words of the drawing library. */
type Shape = Record<string, unknown>;

/** The picture as an option of the drawing library: a grid with two axes for each panel, its marks as one series. */
export function echartsOption({ title, legend, panels }: PictureLayout): EChartsCoreOption {
  return {
    animation: false,
    textStyle: { fontFamily: FONT },
    graphic: {
      elements: [
        ...title.map((line) =>
          writing(line.text, { x: 12, y: line.y, size: TITLE_SIZE, weight: "bold", ink: "ink" }),
        ),
        ...legend.flatMap(legendShapes),
      ],
    },
    grid: panels.map(({ left, top, width, height }) => ({
      left,
      top,
      width,
      height,
      containLabel: false,
      outerBoundsMode: "none",
    })),
    xAxis: panels.map((placed, gridIndex) => ({
      gridIndex,
      ...axisOption(placed.panel.x, { labels: placed.xLabels, gap: placed.xGap, room: placed.xTitleRoom }),
      position: "bottom",
    })),
    yAxis: panels.map((placed, gridIndex) => ({
      gridIndex,
      ...axisOption(placed.panel.y, { labels: placed.yLabels, gap: placed.yGap, room: placed.height + 16 }),
      position: "left",
    })),
    series: panels.map((placed, index) => ({
      type: "custom",
      coordinateSystem: "cartesian2d",
      xAxisIndex: index,
      yAxisIndex: index,
      silent: true,
      data: [0],
      renderItem: () => ({
        type: "group",
        children: placed.panel.marks.flatMap((mark) => markShapes(mark, placed)),
      }),
    })),
  };
}

function axisOption(axis: Axis, place: { labels: Axis["marks"]; gap: number; room: number }) {
  const labels = new Map(place.labels.map(({ at, label }) => [at, label]));
  const line = { lineStyle: { color: inkOnPaper("grid"), width: 1 } };
  return {
    type: "value",
    min: axis.min,
    max: axis.max,
    inverse: axis.isReversed,
    name: fitText(axis.title, LABEL_SIZE, place.room),
    nameLocation: "middle",
    nameGap: place.gap,
    nameTextStyle: { color: inkOnPaper("muted"), fontSize: LABEL_SIZE, fontFamily: FONT },
    axisLabel: {
      customValues: [...labels.keys()],
      formatter: (value: number) => labels.get(value) ?? "",
      color: inkOnPaper("muted"),
      fontSize: LABEL_SIZE,
      fontFamily: FONT,
      margin: 6,
      hideOverlap: false,
    },
    axisLine: { show: true, onZero: false, ...line },
    axisTick: { show: false },
    splitLine: {
      show: axis.hasGrid,
      customValues: axis.marks.map(({ at }) => at),
      ...line,
    },
  };
}

/** Places in units of the page of a mark's coordinates. */
function placeOf({ panel, left, top, width, height }: PlacedPanel) {
  const share = (axis: Axis, value: number) => (value - axis.min) / (axis.max - axis.min);
  return (x: number, y: number): [number, number] => {
    const up = share(panel.y, y);
    return [
      round(left + share(panel.x, x) * width),
      round(top + (panel.y.isReversed ? up : 1 - up) * height),
    ];
  };
}

/** A hundredth of a unit is nothing that an eye can see; fewer digits make smaller files. */
const round = (value: number): number => Math.round(value * 100) / 100;

function markShapes(mark: Mark, placed: PlacedPanel): Shape[] {
  const place = placeOf(placed);
  switch (mark.type) {
    case "line":
      return [
        {
          type: "polyline",
          shape: { points: mark.points.map(([x, y]) => place(x, y)) },
          style: stroke(mark.ink, mark.width, mark.dash),
        },
      ];
    case "dots":
      return mark.points.map(([x, y]) =>
        dot(mark.shape, { at: place(x, y), radius: mark.radius, ink: mark.ink }),
      );
    case "boxes":
      return mark.boxes.map(([x0, y0, x1, y1]) => {
        const [[left, top], [right, bottom]] = [place(x0, y0), place(x1, y1)];
        const points = [
          [left, top],
          [right, top],
          [right, bottom],
          [left, bottom],
        ];
        return {
          type: "polygon",
          shape: { points },
          style:
            mark.look === "filled"
              ? { fill: inkOnPaper(mark.ink), opacity: mark.opacity }
              : { ...stroke(mark.ink, 1.4, "solid"), opacity: mark.opacity },
        };
      });
    case "segments":
      return mark.segments.map(([x0, y0, x1, y1]) => ({
        type: "polyline",
        shape: { points: [place(x0, y0), place(x1, y1)] },
        style: stroke(mark.ink, mark.width, mark.dash),
      }));
    case "texts":
      return mark.texts.map(({ x, y, text }) => {
        const [left, top] = place(x, y);
        return writing(text, {
          x: left + mark.shift[0],
          y: top + mark.shift[1],
          size: mark.size,
          weight: mark.weight,
          ink: mark.ink,
          anchor: mark.anchor,
        });
      });
    default:
      return assertNever(mark, "markShapes");
  }
}

function stroke(ink: Ink, width: number, dash: "solid" | "dashed" | "dotted"): Shape {
  const lineDash = dash === "solid" ? undefined : dash === "dashed" ? [5, 3] : [1.5, 2.5];
  return { fill: "none", stroke: inkOnPaper(ink), lineWidth: width, lineJoin: "round", lineDash };
}

type DotShape = Extract<Mark, { type: "dots" }>["shape"];

function dot(
  shape: DotShape,
  { at: [x, y], radius, ink }: { at: [number, number]; radius: number; ink: Ink },
): Shape {
  const style = { fill: inkOnPaper(ink) };
  const polygon = (corners: [number, number][]): Shape => ({
    type: "polygon",
    shape: { points: corners.map(([dx, dy]) => [round(x + dx * radius), round(y + dy * radius)]) },
    style,
  });
  switch (shape) {
    case "circle":
      return { type: "circle", shape: { cx: x, cy: y, r: radius }, style };
    case "square":
      return polygon([
        [-0.9, -0.9],
        [0.9, -0.9],
        [0.9, 0.9],
        [-0.9, 0.9],
      ]);
    case "triangle":
      return polygon([
        [0, -1.2],
        [1.1, 0.9],
        [-1.1, 0.9],
      ]);
    case "diamond":
      return polygon([
        [0, -1.3],
        [1.3, 0],
        [0, 1.3],
        [-1.3, 0],
      ]);
    default:
      return assertNever(shape, "dot");
  }
}

function legendShapes({ entry, label, x, y }: PlacedLegend): Shape[] {
  return [key(entry, x, y), writing(label, { x: x + 24, y, size: LABEL_SIZE, weight: "normal", ink: "ink" })];
}

function key({ look, ink }: PlacedLegend["entry"], x: number, y: number): Shape {
  switch (look) {
    case "line":
    case "dashed":
    case "dotted":
      return {
        type: "polyline",
        shape: {
          points: [
            [x, y],
            [x + 18, y],
          ],
        },
        style: stroke(ink, 2, look === "line" ? "solid" : look),
      };
    case "box":
    case "outline": {
      const points = [
        [x + 3, y - 5],
        [x + 17, y - 5],
        [x + 17, y + 5],
        [x + 3, y + 5],
      ];
      const style = look === "box" ? { fill: inkOnPaper(ink) } : stroke(ink, 1.4, "solid");
      return { type: "polygon", shape: { points }, style };
    }
    case "circle":
    case "square":
    case "triangle":
    case "diamond":
      return dot(look, { at: [x + 10, y], radius: 4, ink });
    default:
      return assertNever(look, "key");
  }
}

function writing(
  text: string,
  about: {
    x: number;
    y: number;
    size: number;
    weight: "normal" | "bold";
    ink: Ink;
    anchor?: "start" | "middle" | "end";
  },
): Shape {
  const align = { start: "left", middle: "center", end: "right" }[about.anchor ?? "start"];
  return {
    type: "text",
    style: {
      text,
      x: round(about.x),
      y: round(about.y),
      fill: inkOnPaper(about.ink),
      fontSize: about.size,
      fontWeight: about.weight,
      fontFamily: FONT,
      align,
      verticalAlign: "middle",
    },
  };
}

/** The option of a page that only says something. */
export function wordsOption(
  title: PictureLayout["title"],
  words: readonly { text: string; y: number }[],
): EChartsCoreOption {
  return {
    animation: false,
    graphic: {
      elements: [
        ...title.map((line) =>
          writing(line.text, { x: 12, y: line.y, size: TITLE_SIZE, weight: "bold", ink: "ink" }),
        ),
        ...words.map(({ text, y }) =>
          writing(text, {
            x: PAGE_WIDTH / 2,
            y,
            size: LABEL_SIZE,
            weight: "normal",
            ink: "muted",
            anchor: "middle",
          }),
        ),
      ],
    },
  };
}
