import { type Failure, failure } from "#core/contract/failure.ts";

const certificateCodes = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|ALTNAME/;

/**
 * Reads what a connection or a parser throws, after the vendor's own refusals were recognised. A cut or refused
 * connection may succeed later; an untrusted certificate will not.
 */
export function networkFailure(thrown: unknown, about: { provider: string; baseUrl: string }): Failure {
  const { provider } = about;
  const host = hostOf(about.baseUrl);
  const code = codeOf(thrown);
  if (thrown instanceof SyntaxError) {
    return failure("provider-bad-response", `${provider} sent an event that is no JSON`, { retryable: true });
  }
  if (code !== undefined && certificateCodes.test(code)) {
    return failure(
      "provider-unreachable",
      `the certificate of ${host} is not trusted (${code}); if a proxy inspects TLS, set NODE_EXTRA_CA_CERTS to its certificate`,
      { details: { code } },
    );
  }
  if (code === "ERR_INVALID_URL") {
    return failure(
      "provider-unreachable",
      `the base URL of ${provider} is no URL; set it like https://host/path`,
    );
  }
  const why: Record<string, string> = {
    ECONNREFUSED: `nothing listens at ${host}; check the base URL and that the server runs`,
    ENOTFOUND: `the name ${host} is not known; check the base URL and the network`,
    EAI_AGAIN: `the name ${host} could not be looked up; check the network`,
    CONNECT_TIMEOUT: `${host} did not take the connection in time`,
    ECONNRESET: `the connection to ${host} was cut before the answer was complete`,
    EPIPE: `the connection to ${host} was cut`,
  };
  const reason = code === undefined ? undefined : why[code];
  return failure(
    "provider-unreachable",
    `${provider} is not reachable: ${reason ?? `the connection to ${host} failed${code === undefined ? "" : ` (${code})`}`}`,
    { retryable: true, ...(code === undefined ? {} : { details: { code } }) },
  );
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}

/** SDKs wrap what the connection threw, sometimes twice. */
function codeOf(thrown: unknown): string | undefined {
  let error = thrown;
  for (let depth = 0; depth < 5 && error instanceof Error; depth += 1) {
    if ("code" in error && typeof error.code === "string") return error.code;
    // Several addresses were tried and each failed; the first tells enough.
    error = error instanceof AggregateError ? error.errors[0] : error.cause;
  }
  return undefined;
}
