import { z } from "zod";
import { FailureCode } from "#core/contract/failure.ts";
import { JsonObject } from "#core/contract/json.ts";

/** What can be wrong with a request as such, before anybody asks what it wants. */
export const ProtocolCode = z.enum([
  "malformed-body",
  "body-too-large",
  "unsupported-media-type",
  "not-acceptable",
  "method-not-allowed",
  "upgrade-required",
  "range-not-satisfiable",
  "idempotency-key-reused",
  "request-in-progress",
]);
export type ProtocolCode = z.infer<typeof ProtocolCode>;

/** The closed list of codes in an error answer. */
export const ProblemCode = z.enum([...FailureCode.options, ...ProtocolCode.options]);
export type ProblemCode = z.infer<typeof ProblemCode>;

/** Every error answer: an RFC 9457 problem document, with the closed error code inside. */
export const Problem = z
  .object({
    type: z.string().describe("urn:swarm:problem:CODE"),
    title: z.string(),
    status: z.number().int(),
    detail: z.string().describe("what is wrong and what to do next"),
    instance: z
      .string()
      .optional()
      .describe("urn:swarm:request:ID, the request as the server's log names it"),
    ok: z.literal(false),
    error: z.object({ code: ProblemCode, message: z.string(), details: JsonObject.optional() }),
  })
  .describe("Problem document");
export type Problem = z.infer<typeof Problem>;
