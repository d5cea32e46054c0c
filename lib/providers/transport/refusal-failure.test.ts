import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Failure } from "#core/contract/failure.ts";
import { failureOfRefusal, type Refusal } from "./refusal-failure.ts";

const context = {
  provider: "acme",
  model: "acme-1",
  keyVariable: "ACME_KEY",
  secrets: ["sk-secret"],
  now: 0,
};
const read = (refusal: Partial<Refusal>) =>
  failureOfRefusal(
    { status: undefined, code: undefined, message: "", headers: undefined, ...refusal },
    context,
  );

describe("failureOfRefusal", () => {
  it.each<[Partial<Refusal>, string, boolean]>([
    [{ status: 400 }, "provider-rejected-request", false],
    [{ status: 401 }, "provider-rejected-key", false],
    [{ status: 402 }, "provider-rate-limited", false],
    [{ status: 403 }, "provider-rejected-key", false],
    [{ status: 404 }, "provider-rejected-request", false],
    [{ status: 408 }, "provider-unreachable", true],
    [{ status: 409 }, "provider-bad-response", true],
    [{ status: 413 }, "context-too-long", false],
    [{ status: 422 }, "provider-rejected-request", false],
    [{ status: 429 }, "provider-rate-limited", true],
    [{ status: 429, code: "insufficient_quota" }, "provider-rate-limited", false],
    [{ status: 429, code: "contract_spend_limit_reached" }, "provider-rate-limited", false],
    [{ status: 500 }, "provider-bad-response", true],
    [{ status: 502 }, "provider-unreachable", true],
    [{ status: 503 }, "provider-overloaded", true],
    [{ status: 504 }, "provider-unreachable", true],
    [{ status: 529 }, "provider-overloaded", true],
    [{ status: 599 }, "provider-bad-response", true],
    [{ status: 302 }, "provider-rejected-request", false],
    [{ status: 418 }, "provider-rejected-request", false],
    [{ code: "overloaded_error" }, "provider-overloaded", true],
    [{ code: "rate_limit_error" }, "provider-rate-limited", true],
    [{ code: "rate_limit_exceeded" }, "provider-rate-limited", true],
    [{ code: "api_error" }, "provider-bad-response", true],
    [{ code: "server_error" }, "provider-bad-response", true],
    [{ code: "authentication_error" }, "provider-rejected-key", false],
    [{ code: "invalid_prompt" }, "provider-rejected-request", false],
    [{ code: "toString" }, "provider-rejected-request", false],
    [{ status: 400, code: "context_length_exceeded" }, "context-too-long", false],
    [{ status: 400, message: "prompt is too long: 9 tokens > 5 maximum" }, "context-too-long", false],
    [
      { status: 400, message: "This model's maximum context length is 4096 tokens" },
      "context-too-long",
      false,
    ],
    [{ status: 400, message: "input exceeds the context window of this model" }, "context-too-long", false],
    [{ status: 500, message: "maximum context length" }, "provider-bad-response", true],
    [{ code: "server_error", message: "exceeds the maximum context" }, "context-too-long", false],
  ])("reads %j as %s, retryable %s", (refusal, code, retryable) => {
    const failure = read(refusal);
    expect(failure).toMatchObject({ code, retryable });
    expect(Failure.parse(failure)).toEqual(failure);
  });

  it("obeys a vendor that says not to retry", () => {
    const headers = new Headers({ "x-should-retry": "false" });
    expect(read({ status: 503, headers })).toMatchObject({ code: "provider-overloaded", retryable: false });
  });

  it("gives the time to wait only where waiting helps", () => {
    const headers = new Headers({ "retry-after": "3" });
    expect(read({ status: 529, headers })).toMatchObject({ retryAfterMs: 3000 });
    expect(read({ status: 400, headers })).not.toHaveProperty("retryAfterMs");
  });

  it("quotes the vendor's reason on one line, without secrets, pages or floods", () => {
    const said = (message: string) => read({ status: 400, message }).message;
    expect(said("bad\n  field `x`")).toContain("(HTTP 400): bad field `x`");
    expect(said("the key sk-secret is odd")).toContain("the key [key] is odd");
    expect(said("<html>sk-secret</html>")).toContain("HTML page");
    expect(said("x".repeat(5000)).length).toBeLessThan(450);
    expect(said("")).toContain("(no reason given)");
  });

  it("quotes nobody but for rejected requests: other texts name accounts and parts of keys", () => {
    for (const status of [401, 402, 403, 404, 413, 429, 500, 503, 529]) {
      expect(read({ status, message: "organization org-123 key sk-1***2" }).message).not.toMatch(
        /org-123|sk-1/,
      );
    }
  });

  it("shows no secret and fits the schema, whatever the refusal", () => {
    const refusal = fc.record({
      status: fc.option(fc.integer({ min: 100, max: 600 }), { nil: undefined }),
      code: fc.option(fc.string(), { nil: undefined }),
      message: fc.string().map((text) => `${text}sk-secret${text}`),
      headers: fc.constant(undefined),
    });
    fc.assert(
      fc.property(refusal, (given) => {
        const failure = read(given);
        expect(Failure.safeParse(failure).success).toBe(true);
        expect(failure.message).not.toContain("sk-secret");
      }),
    );
  });
});
