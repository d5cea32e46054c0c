import { setImmediate as nextTurn } from "node:timers/promises";
import type { EChartsCoreOption } from "echarts";
import { niceAxis } from "./nice-axis.ts";
import type { BarChart, Chart, LineChart, Tone } from "./chart.ts";

/** Stand-ins that the drawing library can compute with; in the text they become names of CSS variables. */
const COLOURS = {
  ink: "#010101",
  muted: "#020202",
  grid: "#030303",
  neutral: "#040404",
  good: "#050505",
  warning: "#060606",
  bad: "#070707",
  second: "#080808",
  third: "#090909",
} as const;

const LIGHT = {
  ink: "#1c2430",
  muted: "#56616f",
  grid: "#dde2e8",
  neutral: "#2f6fb5",
  good: "#1b7f4d",
  warning: "#a86400",
  bad: "#c0362c",
  second: "#8a4fb0",
  third: "#0f7f8c",
} as const;

const DARK = {
  ink: "#e8edf3",
  muted: "#a3b0be",
  grid: "#35404c",
  neutral: "#6aa8ec",
  good: "#58c58d",
  warning: "#e5a84b",
  bad: "#f08378",
  second: "#c79be6",
  third: "#5fc7d3",
} as const;

/** The colours of charts as CSS variables for a page that holds them. */
export function chartVariables(scheme: "light" | "dark"): string {
  const values = scheme === "light" ? LIGHT : DARK;
  return Object.entries(values)
    .map(([name, value]) => `--chart-${name}:${value};`)
    .join("");
}

/**
 * The chart as SVG text: the same text for the same chart, readable on light and dark ground. `standalone` adds
 * the colours themselves, for a file that no page surrounds.
 */
export async function renderChartSvg(chart: Chart, options: { standalone: boolean }): Promise<string> {
  // Loaded when first needed: most commands draw nothing and need not wait for it.
  const echarts = await import("echarts/dist/echarts.esm.min.mjs");
  // Drawing takes some milliseconds of undivided attention; between two charts other work gets its turn.
  await nextTurn();
  const size = sizeOf(chart);
  const instance = echarts.init(null, null, { renderer: "svg", ssr: true, ...size });
  try {
    instance.setOption(chart.kind === "bars" ? barOptions(chart) : lineOptions(chart));
    return finish(instance.renderToSVGString(), { chart, ...size, ...options });
  } finally {
    instance.dispose();
  }
}

const WIDTH = 640;
const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', sans-serif";

function sizeOf(chart: Chart): { width: number; height: number } {
  return { width: WIDTH, height: chart.kind === "bars" ? 72 + 28 * chart.bars.length : 360 };
}

const toneColour: Readonly<Record<Tone, string>> = {
  neutral: COLOURS.neutral,
  good: COLOURS.good,
  warning: COLOURS.warning,
  bad: COLOURS.bad,
};

function axisStyle(name: string) {
  return {
    name,
    nameLocation: "middle" as const,
    nameTextStyle: { color: COLOURS.muted, fontSize: 12, fontFamily: FONT },
    axisLabel: { color: COLOURS.muted, fontSize: 12, fontFamily: FONT },
    axisLine: { lineStyle: { color: COLOURS.grid } },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: COLOURS.grid } },
  };
}

function barOptions(chart: BarChart): EChartsCoreOption {
  const reversed = chart.bars.toReversed();
  const values = chart.bars.map((bar) => bar.value);
  const axis = niceAxis(Math.min(0, ...values), Math.max(...values, chart.limit?.value ?? 0));
  return {
    animation: false,
    textStyle: { fontFamily: FONT },
    grid: { left: 190, right: 70, top: chart.limit === undefined ? 10 : 26, bottom: 44 },
    xAxis: {
      type: "value",
      min: axis.min,
      max: axis.max,
      interval: axis.step,
      ...axisStyle(chart.valueTitle),
      nameGap: 28,
    },
    yAxis: {
      type: "category",
      data: reversed.map((bar) => shorten(bar.label, 28)),
      ...axisStyle(""),
      axisLabel: { color: COLOURS.ink, fontSize: 12, fontFamily: FONT, interval: 0 },
    },
    series: [
      {
        type: "bar",
        barMaxWidth: 16,
        data: reversed.map((bar) => ({ value: bar.value, itemStyle: { color: toneColour[bar.tone] } })),
        label: {
          show: true,
          position: "right",
          color: COLOURS.ink,
          fontSize: 12,
          fontFamily: FONT,
          formatter: ({ value }: { value: unknown }) => label(Number(value)),
        },
        ...(chart.limit === undefined
          ? {}
          : {
              markLine: {
                symbol: "none",
                silent: true,
                animation: false,
                lineStyle: { color: COLOURS.bad, type: "dashed", width: 1.5 },
                label: { formatter: chart.limit.label, color: COLOURS.bad, fontSize: 12, fontFamily: FONT },
                data: [{ xAxis: chart.limit.value }],
              },
            }),
      },
    ],
  };
}

function lineOptions(chart: LineChart): EChartsCoreOption {
  const palette = [
    COLOURS.neutral,
    COLOURS.second,
    COLOURS.third,
    COLOURS.warning,
    COLOURS.good,
    COLOURS.bad,
  ];
  const isUnit = chart.lines.every((line) => line.points.flat().every((value) => value >= 0 && value <= 1));
  const range = isUnit ? { min: 0, max: 1 } : { scale: true };
  return {
    animation: false,
    textStyle: { fontFamily: FONT },
    grid: { left: 64, right: 20, top: 40, bottom: 52 },
    legend: {
      top: 4,
      itemHeight: 3,
      itemGap: 20,
      icon: "roundRect",
      textStyle: { color: COLOURS.ink, fontSize: 12, fontFamily: FONT },
    },
    xAxis: { type: "value", ...range, ...axisStyle(chart.xTitle), nameGap: 30 },
    yAxis: { type: "value", ...range, ...axisStyle(chart.yTitle), nameGap: 42 },
    series: [
      ...chart.lines.map((line, index) => ({
        type: "line",
        name: shorten(line.label, 40),
        data: line.points,
        symbol: line.points.length <= 20 ? "circle" : "none",
        symbolSize: 6,
        lineStyle: { width: 2, color: palette[index % palette.length] },
        itemStyle: { color: palette[index % palette.length] },
      })),
      ...(chart.diagonal === undefined
        ? []
        : [
            {
              type: "line",
              name: chart.diagonal,
              data: [
                [0, 0],
                [1, 1],
              ],
              symbol: "none",
              lineStyle: { width: 1.5, type: "dashed", color: COLOURS.muted },
              itemStyle: { color: COLOURS.muted },
            },
          ]),
    ],
  };
}

/** The library counts its drawings and puts the count into ids: they are renamed after the chart. */
function finish(
  svg: string,
  options: { chart: Chart; width: number; height: number; standalone: boolean },
): string {
  const { chart, width, height, standalone } = options;
  // What only answers to a mouse has no use in a document.
  const still = svg
    .replaceAll(/<style\s*><!\[CDATA\[.*?\]\]>\s*<\/style>/gs, "")
    .replaceAll(/ class="[^"]*"/g, "");
  const ids = new Map<string, string>();
  let text = still.replaceAll(/\bzr\d+-[\w-]+/g, (id) => {
    const renamed = ids.get(id) ?? `${chart.id}-${ids.size}`;
    ids.set(id, renamed);
    return renamed;
  });
  for (const [name, colour] of Object.entries(COLOURS)) {
    const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
    text = text
      .replaceAll(colour, `var(--chart-${name})`)
      .replaceAll(`rgb(${red},${green},${blue})`, `var(--chart-${name})`);
  }
  const head =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" ` +
    `aria-labelledby="${chart.id}-title ${chart.id}-summary"${standalone ? ` width="${width}" height="${height}"` : ""}>` +
    `<title id="${chart.id}-title">${escapeXml(chart.title)}</title>` +
    `<desc id="${chart.id}-summary">${escapeXml(chart.summary)}</desc>`;
  const style = standalone
    ? `<style>:root{${chartVariables("light")}}@media(prefers-color-scheme:dark){:root{${chartVariables("dark")}}}</style>`
    : "";
  return text.replace(/^<svg[^>]*>/, () => `${head}${style}`);
}

function label(value: number): string {
  if (value === 0 || Math.abs(value) >= 100) return value.toFixed(0);
  return Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(3);
}

function shorten(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

function escapeXml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
