import { describe, expect, it } from "vitest";
import type { DriftRow } from "../evidence/column-detail.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { driftBlocks } from "./drift-blocks.ts";

const row = (column: string, psi: number, word: DriftRow["verdict"]): DriftRow => ({
  column,
  psi,
  missingPsi: 0,
  ks: undefined,
  pValue: undefined,
  verdict: word,
});

/** What the section says, as one text. */
function said(maxPsi: number, column: string | null, drift: DriftRow[]): string {
  const fact = {
    artifact: "0".repeat(64),
    passed: true,
    verdict: "stable",
    limit: 0.25,
    maxPsi,
    column,
    driftedColumns: [],
    columns: drift.length,
  };
  const pictures = { byPart: { drift: [] } };
  const evidence = { facts: { drift: fact }, drift, pictures } as unknown as Evidence; // the section reads these three
  return JSON.stringify(driftBlocks(evidence));
}

describe("the section on drift", () => {
  it("names the column that moved most", () => {
    expect(said(0.12, "age", [row("age", 0.12, "moderate")])).toMatch(/index is 0\.120* \(age\)/);
  });

  it("calls no column when none moved by more than chance, and says why a high index may stand there", () => {
    const text = said(0, null, [row("width", 0.87, "stable")]);
    expect(text).toContain("no column moved by more than chance explains");
    expect(text).toContain("lies within chance");
    expect(text).not.toContain("(no column)");
    expect(text).not.toContain('"bad"');
  });

  it("says nothing of chance where nothing is over the limit", () => {
    expect(said(0, null, [row("width", 0.02, "stable")])).not.toContain("within chance");
  });
});
