import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { retryAfterOf } from "./retry-after.ts";

const now = Date.UTC(2026, 10, 21, 8, 0, 0);
const read = (headers: Record<string, string>) => retryAfterOf(new Headers(headers), now);

describe("retryAfterOf", () => {
  it.each<[Record<string, string>, number | undefined]>([
    [{}, undefined],
    [{ "retry-after": "30" }, 30_000],
    [{ "retry-after": "0" }, 0],
    [{ "retry-after": "1.5" }, 1500],
    [{ "retry-after": " 2 " }, 2000],
    [{ "retry-after-ms": "250" }, 250],
    [{ "retry-after-ms": "0.4" }, 1],
    [{ "retry-after": "9", "retry-after-ms": "100" }, 100],
    [{ "retry-after": "9", "retry-after-ms": "soon" }, 9000],
    [{ "retry-after": "Sat, 21 Nov 2026 08:01:30 GMT" }, 90_000],
    [{ "retry-after": "Sat, 21 Nov 2026 07:00:00 GMT" }, 0],
    [{ "retry-after": "-5" }, undefined],
    [{ "retry-after": "soon" }, undefined],
    [{ "retry-after": "" }, undefined],
    [{ "retry-after": "1e3" }, undefined],
    [{ "retry-after": "99999999999999999999" }, undefined],
    [{ "retry-after": "2026-11-22" }, undefined],
  ])("reads %j as %s", (headers, expected) => {
    expect(read(headers)).toBe(expected);
  });

  it("gives whole milliseconds that a Failure can hold, whatever the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme-ascii" }), (text) => {
        const value = read({ "retry-after": text });
        if (value !== undefined) expect(Number.isSafeInteger(value) && value >= 0).toBe(true);
      }),
    );
  });

  it("reads no headers as no time", () => {
    expect(retryAfterOf(undefined, now)).toBeUndefined();
  });
});
