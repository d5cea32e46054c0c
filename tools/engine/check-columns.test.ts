import { describe, expect, it } from "vitest";
import { FailureError } from "#core/contract/failure.ts";
import { frameFromRows } from "#lib/ml/index.ts";
import { checkColumns, type NamedColumns } from "./check-columns.ts";
import { loanRows } from "./sample-tables.testing.ts";

const frame = frameFromRows(loanRows(60));

function refusal(named: NamedColumns, table = frame): string {
  try {
    checkColumns(table, named);
  } catch (error) {
    if (error instanceof FailureError) return error.failure.message;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("checkColumns", () => {
  it("settles the problem when every column can serve its purpose", () => {
    const named = { target: "defaulted", timeColumn: "month", protected: ["sex", "age"], others: ["loan"] };
    expect(checkColumns(frame, named)).toMatchObject({ problem: "binary", positiveClass: "yes" });
  });

  it("names the nearest column by letters alone", () => {
    expect(refusal({ target: "  De-faulted" })).toContain('did you mean "defaulted"?');
  });

  it("lists the columns there are, and not all of a wide table", () => {
    expect(refusal({ target: "churn" })).toContain("The columns are: month, sex, age");
    const wide = frameFromRows([
      Object.fromEntries(Array.from({ length: 90 }, (_, index) => [`c${index}`, index])),
    ]);
    const message = refusal({ target: "churn" }, wide);
    expect(message).toContain("(90 in all)");
    expect(message).not.toContain("c80");
  });

  it("refuses a column for two purposes that exclude each other", () => {
    expect(refusal({ target: "age", timeColumn: "age" })).toContain("target and as time column");
    expect(refusal({ target: "age", protected: ["age"] })).toContain("target and as protected");
  });

  it("refuses a time column without a value", () => {
    const empty = frameFromRows(loanRows(60).map((row) => ({ ...row, age: Number.NaN, when: Number.NaN })));
    expect(refusal({ target: "defaulted", timeColumn: "age" }, empty)).toMatch(
      /no value in any row|puts no order/,
    );
  });

  it("refuses a positive class for anything but two classes", () => {
    expect(refusal({ target: "income", positiveClass: "1" })).toContain("leave positiveClass out");
  });
});
