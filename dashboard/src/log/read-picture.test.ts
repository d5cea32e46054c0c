import { describe, expect, it } from "vitest";
import { readPicture } from "./read-picture.ts";

const table = { columns: [{ title: "Group", kind: "text" }], rows: [["a & <b>"]], rest: "" };
const escaped = JSON.stringify(table)
  .replaceAll("&", "&amp;")
  .replaceAll("<", "&lt;")
  .replaceAll(">", "&gt;")
  .replaceAll('"', "&quot;");

describe("a picture's file", () => {
  it("is read for its title, its finding and its numbers", () => {
    const svg = `<svg><title id="t">Parity &amp; &lt;limits&gt;</title><desc id="d">Groups differ by 0.2.</desc><metadata>${escaped}</metadata><path d="M0 0"/></svg>`;
    expect(readPicture(svg)).toEqual({ title: "Parity & <limits>", finding: "Groups differ by 0.2.", table });
  });

  it("has no numbers where it holds none, or some of another form", () => {
    for (const metadata of ["", "<metadata>{</metadata>", "<metadata>{&quot;rows&quot;:1}</metadata>"])
      expect(readPicture(`<svg><title>T</title>${metadata}</svg>`)).toEqual({
        title: "T",
        finding: "",
        table: undefined,
      });
    expect(readPicture("<svg></svg>")).toBeUndefined();
  });
});
