import { z } from "zod";
import { FailureCode } from "#core/contract/failure.ts";
import { JsonObject } from "#core/contract/json.ts";

/** Every error answer: an RFC 9457 problem document, with the closed error code inside. */
export const Problem = z
  .object({
    type: z.string().describe("urn:swarm:problem:CODE"),
    title: z.string(),
    status: z.number().int(),
    detail: z.string().describe("what is wrong and what to do next"),
    ok: z.literal(false),
    error: z.object({ code: FailureCode, message: z.string(), details: JsonObject.optional() }),
  })
  .describe("Problem document");
export type Problem = z.infer<typeof Problem>;
