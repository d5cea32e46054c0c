import { OpenAPIHono, type z } from "@hono/zod-openapi";
import type { Actor } from "#core/contract/actor.ts";
import type { OpenedRuntime } from "../boot/open-runtime.ts";
import type { Readiness } from "../contract/health.ts";
import { Problem } from "../contract/problem.ts";
import { invalidRequest } from "../middleware/respond.ts";

/** What routes work with. */
export interface ApiContext {
  opened: OpenedRuntime;
  /** Runs at work in this process. */
  activeRuns(): readonly string[];
  /** Who makes a request. Until sign-in exists: the person whose machine this is. */
  caller(): Actor;
  version: string;
  /** Whether work can be taken, asked of the parts anew. */
  readiness(): Promise<Readiness>;
}

/** A router whose validation errors are problem documents. */
export const createRouter = (): OpenAPIHono => new OpenAPIHono({ defaultHook: invalidRequest });

/** A JSON answer for a route's description. */
export const json = <Schema extends z.ZodType>(schema: Schema, description: string) => ({
  description,
  content: { "application/json": { schema } },
});

/** The error answers that every route can give. */
export const problems = {
  default: { description: "Problem document", content: { "application/problem+json": { schema: Problem } } },
} as const;
