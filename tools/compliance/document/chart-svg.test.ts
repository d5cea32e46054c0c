import { describe, expect, it } from "vitest";
import type { Chart } from "./chart.ts";
import { renderChartSvg } from "./chart-svg.ts";

const bars: Chart = {
  kind: "bars",
  id: "fairness",
  title: "Parity & <limits>",
  summary: 'The "worst" is sex.',
  valueTitle: "difference",
  limit: { value: 0.1, label: "limit 0.1" },
  bars: [
    { label: "sex <b>", value: 0.19, tone: "bad" },
    { label: "race", value: 0.06, tone: "good" },
  ],
};

const lines: Chart = {
  kind: "lines",
  id: "roc",
  title: "ROC",
  summary: "A curve.",
  xTitle: "x",
  yTitle: "y",
  diagonal: "chance",
  lines: [
    { label: "model", points: Array.from({ length: 9 }, (_, index) => [index / 8, Math.sqrt(index / 8)]) },
  ],
};

describe("renderChartSvg", () => {
  it.each([bars, lines])("gives the same text each time: $id", async (chart) => {
    const first = await renderChartSvg(chart, { standalone: true });
    await renderChartSvg(bars, { standalone: false });
    expect(await renderChartSvg(chart, { standalone: true })).toBe(first);
  });

  it("names its colours by variables only, so that it follows the reader's scheme", async () => {
    const svg = await renderChartSvg(bars, { standalone: false });
    expect(svg).toContain("var(--chart-bad)");
    expect(svg).not.toMatch(/(fill|stroke)="(#|rgb)/);
  });

  it("carries title and summary for those who do not see it, and nothing a name could smuggle in", async () => {
    const svg = await renderChartSvg(bars, { standalone: true });
    expect(svg).toContain('<title id="fairness-title">Parity &amp; &lt;limits&gt;</title>');
    expect(svg).toContain("The &quot;worst&quot; is sex.");
    expect(svg).not.toContain("<b>");
  });

  it("holds neither script nor anything from outside", async () => {
    for (const chart of [bars, lines]) {
      const svg = await renderChartSvg(chart, { standalone: true });
      expect(svg).not.toMatch(/<script|href=|url\(http|CDATA|:hover/);
    }
  });

  it("draws the limit even where no bar reaches it", async () => {
    const low: Chart = { ...bars, bars: [{ label: "race", value: 0.01, tone: "good" }] };
    expect(await renderChartSvg(low, { standalone: true })).toContain("limit 0.1");
  });
});
