import { describe, expect, it } from "vitest";
import { chart, code, list, pairs, paragraph, table, verdict } from "./blocks.ts";
import { renderHtml } from "./render-html.ts";

const nasty = '<img src=x onerror="alert(1)"> & "quotes"';

describe("renderHtml", () => {
  it("escapes every text it is given", async () => {
    const html = await renderHtml({
      format: "swarm-document/1",
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
            chart({
              kind: "bars",
              id: "c",
              title: nasty,
              summary: nasty,
              valueTitle: nasty,
              bars: [{ label: nasty, value: 1, tone: "neutral" }],
            }),
          ],
        },
      ],
    });
    expect(html).not.toContain("<img");
    expect(html.match(/&lt;img/g)?.length).toBeGreaterThan(12);
  });

  it("needs nothing from outside and forbids it", async () => {
    const html = await renderHtml({
      format: "swarm-document/1",
      title: "T",
      subtitle: "",
      sections: [{ title: "S", blocks: [paragraph("P")] }],
    });
    expect(html).toContain("default-src 'none'; style-src 'unsafe-inline'");
    expect(html).not.toMatch(/<script|<link|src=|@import|url\(/);
  });
});
