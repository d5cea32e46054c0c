import type { ProtocolCode } from "../contract/problem.ts";

/** The one table from what is wrong with a request as such to HTTP. */
const statusByCode: Record<ProtocolCode, number> = {
  "malformed-body": 400,
  "body-too-large": 413,
  "unsupported-media-type": 415,
  "not-acceptable": 406,
  "method-not-allowed": 405,
  "upgrade-required": 426,
  "range-not-satisfiable": 416,
  // The meanings of the IETF draft on the Idempotency-Key header.
  "idempotency-key-reused": 422,
  "request-in-progress": 409,
};

export const protocolStatus = (code: ProtocolCode): number => statusByCode[code];

/** The code of a status that a library refused a request with; undefined when it is none of a request's faults. */
export function protocolCodeOf(status: number): ProtocolCode | undefined {
  switch (status) {
    case 400:
      return "malformed-body";
    case 413:
      return "body-too-large";
    case 415:
      return "unsupported-media-type";
    default:
      return undefined;
  }
}
