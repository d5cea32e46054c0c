import { describe, expect, it } from "vitest";
import { networkFailure } from "./network-failure.ts";

const read = (thrown: unknown) =>
  networkFailure(thrown, { provider: "acme", baseUrl: "https://api.acme.test/v1" });
const coded = (code: string) => Object.assign(new Error("x"), { code });

describe("networkFailure", () => {
  it.each<[unknown, string, boolean, string]>([
    [coded("ECONNREFUSED"), "provider-unreachable", true, "nothing listens at api.acme.test"],
    [coded("ENOTFOUND"), "provider-unreachable", true, "the name api.acme.test is not known"],
    [coded("ECONNRESET"), "provider-unreachable", true, "was cut"],
    [coded("CONNECT_TIMEOUT"), "provider-unreachable", true, "in time"],
    [coded("EWEIRD"), "provider-unreachable", true, "(EWEIRD)"],
    [new Error("?"), "provider-unreachable", true, "the connection to api.acme.test failed"],
    ["a string", "provider-unreachable", true, "failed"],
    [coded("ERR_INVALID_URL"), "provider-unreachable", false, "the base URL of acme is no URL"],
    [coded("SELF_SIGNED_CERT_IN_CHAIN"), "provider-unreachable", false, "NODE_EXTRA_CA_CERTS"],
    [coded("ERR_TLS_CERT_ALTNAME_INVALID"), "provider-unreachable", false, "is not trusted"],
    [coded("CERT_HAS_EXPIRED"), "provider-unreachable", false, "is not trusted"],
    [new SyntaxError("Unexpected token"), "provider-bad-response", true, "no JSON"],
  ])("reads %s as %s", (thrown, code, retryable, message) => {
    expect(read(thrown)).toMatchObject({ code, retryable, message: expect.stringContaining(message) });
  });

  it("finds the reason behind what SDKs wrap around it", () => {
    const inner = coded("ECONNREFUSED");
    expect(
      read(new Error("Connection error.", { cause: new TypeError("fetch failed", { cause: inner }) })),
    ).toMatchObject({
      details: { code: "ECONNREFUSED" },
    });
    expect(read(new AggregateError([inner, coded("ENETUNREACH")]))).toMatchObject({
      details: { code: "ECONNREFUSED" },
    });
  });

  it("repeats no text of what was thrown, which may hold anything", () => {
    expect(JSON.stringify(read(new Error("Bearer sk-secret is an invalid header")))).not.toContain(
      "sk-secret",
    );
  });

  it("survives an error that is its own cause", () => {
    const circular = new Error("x");
    circular.cause = circular;
    expect(read(circular)).toMatchObject({ code: "provider-unreachable" });
  });
});
