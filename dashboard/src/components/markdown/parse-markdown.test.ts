import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { modelCardMarkdown } from "#dashboard/testing/demo-results.ts";
import { parseInline } from "./parse-inline.ts";
import { parseMarkdown } from "./parse-markdown.ts";

describe("parseMarkdown", () => {
  it("reads a model card: headings, text, quotes, tables, lists and code", () => {
    expect(parseMarkdown(modelCardMarkdown).map((block) => block.kind)).toEqual([
      "heading",
      "paragraph",
      "heading",
      "paragraph",
      "quote",
      "heading",
      "table",
      "heading",
      "list",
      "list",
      "code",
    ]);
  });

  it("keeps the alignment and the cells of a table, escaped bars included", () => {
    const [table] = parseMarkdown("| a | b |\n|:--|--:|\n| x \\| y | 2 |");
    expect(table).toMatchObject({
      kind: "table",
      align: ["left", "right"],
      rows: [[[{ kind: "text", text: "x | y" }], [{ kind: "text", text: "2" }]]],
    });
  });

  it("nests lists and keeps paragraphs of an item together", () => {
    const [list] = parseMarkdown("- one\n  - inner\n- two\n\n  more of two");
    expect(list).toMatchObject({
      kind: "list",
      items: [
        [{ kind: "paragraph" }, { kind: "list", items: [[{ kind: "paragraph" }]] }],
        [{ kind: "paragraph" }, { kind: "paragraph" }],
      ],
    });
  });

  it("leaves HTML as text", () => {
    expect(parseMarkdown("<script>alert(1)</script>")).toEqual([
      { kind: "paragraph", content: [{ kind: "text", text: "<script>alert(1)</script>" }] },
    ]);
  });

  it("takes in code as it is, unclosed fences too", () => {
    expect(parseMarkdown("```json\n# no heading\n| no | table |\n```\nafter")).toEqual([
      { kind: "code", language: "json", text: "# no heading\n| no | table |" },
      { kind: "paragraph", content: [{ kind: "text", text: "after" }] },
    ]);
    expect(parseMarkdown("```\nopen")).toEqual([{ kind: "code", language: "", text: "open" }]);
  });

  it("comes to an end on any text, and loses none of a plain line", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        parseMarkdown(text);
      }),
    );
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z][a-z ]*$/), (line) => {
        const [block] = parseMarkdown(line);
        expect(block).toEqual({ kind: "paragraph", content: [{ kind: "text", text: line.trim() }] });
      }),
    );
  });
});

describe("parseInline", () => {
  it("reads code, emphasis, links and images, and leaves names with underscores alone", () => {
    expect(parseInline("a **b** `c_d` snake_case_name [x](https://e.org) ![y](z.svg)")).toEqual([
      { kind: "text", text: "a " },
      { kind: "strong", content: [{ kind: "text", text: "b" }] },
      { kind: "text", text: " " },
      { kind: "code", text: "c_d" },
      { kind: "text", text: " snake_case_name " },
      { kind: "link", href: "https://e.org", content: [{ kind: "text", text: "x" }] },
      { kind: "text", text: " " },
      { kind: "image", source: "z.svg", alternative: "y" },
    ]);
  });
});
