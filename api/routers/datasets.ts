import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { failure } from "#core/contract/failure.ts";
import { describeData } from "../boot/inspect-data.ts";
import { DatasetUpload } from "../contract/shelf.ts";
import { problemResponse, protocolProblem } from "../middleware/respond.ts";
import { type ApiContext, createRouter, json, problems } from "./api-context.ts";

/** Largest upload; bigger files are read from the server's data folders by path. */
const MAX_UPLOAD_BYTES = 512 * 1024 * 1024;

const upload = createRoute({
  method: "post",
  path: "/datasets",
  tags: ["datasets"],
  summary: "Upload a CSV or Parquet file as the raw body",
  request: {
    query: z.strictObject({ name: z.string().min(1).max(255) }),
    body: { required: true, content: { "application/octet-stream": { schema: z.string() } } },
  },
  responses: { 201: json(DatasetUpload, "Kept under its digest, with what it holds"), ...problems },
});

export function datasetsRouter({ opened }: ApiContext): OpenAPIHono {
  const router = createRouter();
  router.openapi(upload, async (context) => {
    const { name } = context.req.valid("query");
    const type = (context.req.header("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
    if (/^(multipart\/|application\/(json|x-www-form-urlencoded)$)/.test(type)) {
      return protocolProblem(context, "unsupported-media-type", {
        message: `the file itself is the body here (Content-Type: application/octet-stream), not ${type}`,
      }) as never;
    }
    if (Number(context.req.header("content-length") ?? 0) > MAX_UPLOAD_BYTES)
      return protocolProblem(context, "body-too-large", tooLarge) as never;
    const { body } = context.req.raw;
    if (body === null)
      return problemResponse(context, failure("invalid-input", "the upload is empty")) as never;
    const { runtime, home } = opened;
    const temporary = join(home.scratch, runtime.ids.next("call"));
    try {
      let bytes = 0;
      const counted = async function* (source: AsyncIterable<Uint8Array>) {
        for await (const chunk of source) {
          bytes += chunk.byteLength;
          if (bytes > MAX_UPLOAD_BYTES) throw new RangeError("too large");
          yield chunk;
        }
      };
      await pipeline(Readable.from(counted(body)), createWriteStream(temporary));
      const described = await describeData(opened, { path: temporary, name });
      if (!described.ok) return problemResponse(context, described.failure) as never;
      const stored = await runtime.stores.artifacts.put({ path: temporary });
      return context.json({ ...stored, name, ...described.value }, 201);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return protocolProblem(context, "body-too-large", tooLarge) as never;
    } finally {
      await rm(temporary, { force: true });
    }
  });
  return router;
}

const tooLarge: { message: string } = {
  message: `an upload may have ${MAX_UPLOAD_BYTES / 1024 / 1024} MB; put the file into one of the server's data folders and name its path`,
};
