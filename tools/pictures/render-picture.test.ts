import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { barPanel } from "./draw/bars.ts";
import { PAGE_WIDTH } from "./lay-out-picture.ts";
import { emptyPicture, type Picture } from "./picture.ts";
import { readShapes } from "./read-shapes.ts";
import { renderPicture } from "./render-picture.ts";
import { textWidth } from "./text-width.ts";

const bars = (names: readonly string[], values: readonly number[]): Picture => ({
  kind: "drawn",
  id: "bars",
  title: "Parity & <limits>",
  summary: 'The "worst" is sex.',
  panels: [
    barPanel(
      "difference",
      names.map((name, at) => ({ name, value: values[at] ?? 0, tone: at % 2 === 0 ? "bad" : "good" })),
      [{ value: 0.1, tone: "bad" }],
    ),
  ],
  legend: [{ label: "limit 0.1", ink: "bad", look: "dashed" }],
  table: { columns: [{ title: "a <b>", kind: "text" }], rows: names.map((name) => [name]), rest: "" },
});
const plain = bars(["sex <b>", "race"], [0.19, 0.06]);

/** Texts that leave the page, by the widths that a common face has. */
function outside(svg: string): string[] {
  const height = Number(/viewBox="0 0 \S+ ([\d.]+)"/.exec(svg)?.[1]);
  return readShapes(svg).flatMap((shape) => {
    if (shape.kind !== "text") return [];
    const width = textWidth(shape.text, shape.size);
    const before = { start: 0, middle: 0.5, end: 1 }[shape.anchor] * width;
    const [from, most] = shape.isUpright
      ? [height - shape.y - before, height]
      : [shape.x - before, PAGE_WIDTH];
    return from >= 0 && from + width <= most ? [] : [shape.text];
  });
}

describe("a rendered picture", () => {
  it.each(["file", "page"] as const)(
    "is the same text each time, whatever was drawn between: %s",
    async (use) => {
      const first = await renderPicture(plain, use);
      await renderPicture(emptyPicture("other", "Other", "no rows"), use);
      expect(await renderPicture(plain, use)).toBe(first);
    },
  );

  it("carries title, finding and numbers for those who do not see it, and nothing a name could smuggle in", async () => {
    const svg = await renderPicture(plain, "file");
    expect(svg).toContain('role="img"');
    expect(svg).toContain('<title id="bars-title">Parity &amp; &lt;limits&gt;</title>');
    expect(svg).toContain("The &quot;worst&quot; is sex.");
    const json = /<metadata>(.*?)<\/metadata>/
      .exec(svg)?.[1]
      ?.replaceAll("&quot;", '"')
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">");
    expect(JSON.parse(json ?? "")).toEqual(plain.kind === "drawn" && plain.table);
    expect(svg).not.toContain("<b>");
  });

  it("holds neither script nor anything from outside", async () => {
    expect(await renderPicture(plain, "file")).not.toMatch(
      /<script|href=|url\(http|CDATA|:hover|ecmeta|<image/,
    );
  });

  it("takes its colours from the page that holds it, and brings light and dark ones as a file", async () => {
    const page = await renderPicture(plain, "page");
    expect(page).toContain('="var(--picture-bad)"');
    expect(page).not.toMatch(/(fill|stroke)="(#|rgb)/);
    const file = await renderPicture(plain, "file");
    expect(file).toContain("prefers-color-scheme:dark");
    expect(file).not.toContain("var(");
  });

  it("draws a limit that no bar reaches", async () => {
    const dashed = readShapes(await renderPicture(bars(["race"], [0.01]), "file")).filter(
      (shape) => shape.kind === "path" && shape.dash.length > 0 && shape.data.split("L").length === 2,
    );
    // In the panel and in the legend.
    expect(dashed).toHaveLength(2);
  });

  it("keeps every text on the page, however long the names and large the numbers are", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.tuple(
            fc.string({ maxLength: 60, unit: "grapheme" }),
            fc.double({ noNaN: true, min: 0, max: 1e12 }),
          ),
          { minLength: 1, maxLength: 9 },
        ),
        async (rows) => {
          const svg = await renderPicture(
            bars(
              rows.map(([name]) => name),
              rows.map(([, value]) => value),
            ),
            "file",
          );
          expect(outside(svg)).toEqual([]);
          expect(svg).not.toMatch(/NaN|undefined|Infinity/);
        },
      ),
      { numRuns: 25 },
    );
  });

  it("says in words why there is nothing to draw", async () => {
    const svg = await renderPicture(
      emptyPicture("roc", "ROC curve", "only one class occurs among 3 rows"),
      "file",
    );
    const words = readShapes(svg).flatMap((shape) => (shape.kind === "text" ? [shape.text] : []));
    expect(words.join(" ")).toBe("ROC curve Nothing to draw: only one class occurs among 3 rows.");
  });
});
