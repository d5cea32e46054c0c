import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { code, pairs, paragraph, table } from "./blocks.ts";
import { renderMarkdown } from "./render-markdown.ts";
import type { Block, ReportDocument } from "./report-document.ts";

const documentOf = (...blocks: Block[]): ReportDocument => ({
  format: "swarm-document/2",
  title: "T",
  subtitle: "S",
  sections: [{ title: "One", blocks }],
});

const body = (...blocks: Block[]) =>
  renderMarkdown(documentOf(...blocks), "charts").split("## One\n\n")[1] ?? "";

describe("renderMarkdown", () => {
  it("lets no text become markup", () => {
    expect(body(paragraph("# no heading <script> *no* `code` [no](link) | no\ncell"))).toBe(
      "\\# no heading \\<script\\> \\*no\\* \\`code\\` \\[no\\](link) \\| no cell\n",
    );
  });

  it("keeps every table to its columns whatever stands in its cells", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), fc.string()), { minLength: 1, maxLength: 5 }), (rows) => {
        const text = body(
          table(
            "c",
            [
              ["A", "text", 1],
              ["B", "digest", 1],
            ],
            rows,
          ),
        );
        const lines = text.split("\n").filter((line) => line.startsWith("|"));
        expect(lines).toHaveLength(rows.length + 2);
        for (const line of lines) expect(line.replaceAll(/\\./gs, "").split("|")).toHaveLength(4);
      }),
    );
  });

  it("fences code with more backticks than it holds", () => {
    expect(body(code("a ``` b"))).toBe("````\na ``` b\n````\n");
  });

  it("says so where a table has no rows and where a value is missing", () => {
    expect(body(table("Gates", [["A", "text", 1]], []))).toBe("Gates: none.\n");
    expect(body(pairs([{ name: "Model", value: undefined }]))).toContain("| Model | not recorded |");
  });
});
