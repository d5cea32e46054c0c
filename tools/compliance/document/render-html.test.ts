import { describe, expect, it } from "vitest";
import { code, list, pairs, paragraph, pictures, table, verdict } from "./blocks.ts";
import { barPanel } from "../../pictures/draw/bars.ts";
import { renderHtml } from "./render-html.ts";

const nasty = '<img src=x onerror="alert(1)"> & "quotes"';

describe("renderHtml", () => {
  it("escapes every text it is given", async () => {
    const html = await renderHtml({
      format: "swarm-document/2",
      title: nasty,
      subtitle: nasty,
      sections: [
        {
          title: nasty,
          blocks: [
            { type: "heading", text: nasty },
            paragraph(nasty),
            verdict("bad", nasty),
            code(nasty),
            ...list([nasty]),
            pairs([{ name: nasty, value: nasty }]),
            table(nasty, [[nasty, "text", 1]], [[nasty]]),
            ...pictures([
              {
                kind: "drawn",
                id: "c",
                title: nasty,
                summary: nasty,
                panels: [barPanel(nasty, [{ name: nasty, value: 1, tone: "neutral" }])],
                legend: [{ label: nasty, ink: "good", look: "box" }],
                table: { columns: [{ title: nasty, kind: "text" }], rows: [[nasty]], rest: nasty },
              },
            ]),
          ],
        },
      ],
    });
    expect(html).not.toContain("<img");
    expect(html.match(/&lt;img/g)?.length).toBeGreaterThan(12);
  });

  it("needs nothing from outside and forbids it", async () => {
    const html = await renderHtml({
      format: "swarm-document/2",
      title: "T",
      subtitle: "",
      sections: [{ title: "S", blocks: [paragraph("P")] }],
    });
    expect(html).toContain("default-src 'none'; style-src 'unsafe-inline'");
    expect(html).not.toMatch(/<script|<link|src=|@import|url\(/);
  });
});
