import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { failure } from "#core/contract/failure.ts";
import { Sha256 } from "#core/contract/ids.ts";
import { namesTag, wantedRange } from "../middleware/byte-range.ts";
import { problemResponse, protocolProblem } from "../middleware/respond.ts";
import { type ApiContext, createRouter, problems } from "./api-context.ts";

const read = createRoute({
  method: "get",
  path: "/artifacts/{sha256}",
  tags: ["artifacts"],
  summary: "The bytes with this digest",
  request: {
    params: z.object({ sha256: Sha256 }),
    query: z.strictObject({ name: z.string().max(200).optional(), inline: z.enum(["1"]).optional() }),
  },
  description: "Takes one byte range, If-None-Match and If-Range; the entity tag is the digest.",
  responses: {
    200: { description: "The bytes", content: { "application/octet-stream": { schema: z.string() } } },
    206: {
      description: "The part that Range asks for",
      content: { "application/octet-stream": { schema: z.string() } },
    },
    304: { description: "The caller has it" },
    ...problems,
  },
});

/** What a browser may show in place; everything else is a download. */
const inlineTypes: Record<string, string> = {
  json: "application/json",
  md: "text/plain; charset=utf-8",
  txt: "text/plain; charset=utf-8",
  csv: "text/plain; charset=utf-8",
  yaml: "text/plain; charset=utf-8",
  svg: "image/svg+xml",
  png: "image/png",
  pdf: "application/pdf",
  html: "text/html; charset=utf-8",
};

export function artifactsRouter({ opened }: ApiContext): OpenAPIHono {
  const { artifacts } = opened.stores;
  const router = createRouter();
  router.openapi(read, async (context) => {
    const { sha256 } = context.req.valid("param");
    const { name, inline } = context.req.valid("query");
    if (!(await artifacts.has(sha256))) {
      return problemResponse(context, failure("not-found", `there is no artifact ${sha256}`));
    }
    const path = await artifacts.path(sha256);
    const file =
      (name ?? sha256)
        .split("/")
        .at(-1)
        ?.replaceAll(/[^A-Za-z0-9._-]/g, "_") ?? sha256;
    const type = inline === "1" ? inlineTypes[file.split(".").at(-1) ?? ""] : undefined;
    const { size } = await stat(path);
    const etag = `"${sha256}"`;
    const headers: Record<string, string> = {
      "content-type": type ?? "application/octet-stream",
      "content-length": String(size),
      "accept-ranges": "bytes",
      "content-disposition": `${type === undefined ? "attachment" : "inline"}; filename="${file}"`,
      // The address is the content: it never changes.
      "cache-control": "private, max-age=31536000, immutable",
      etag,
      "repr-digest": `sha-256=:${Buffer.from(sha256, "hex").toString("base64")}:`,
      // A page that a run made has no rights here, not even the origin's.
      "content-security-policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:",
    };
    if (namesTag(context.req.header("if-none-match"), etag)) {
      const { "content-length": _size, "content-type": _type, ...about } = headers;
      return context.body(null, 304, about);
    }
    const condition = context.req.header("if-range");
    const isAsked = condition === undefined || namesTag(condition, etag);
    const range = wantedRange(isAsked ? context.req.header("range") : undefined, size);
    if (range.kind === "unsatisfiable") {
      return protocolProblem(context, "range-not-satisfiable", {
        message: `the artifact has ${size} bytes; ask for a range inside of it`,
        headers: { "content-range": `bytes */${size}` },
      });
    }
    // A stream that nobody reads would keep its file open.
    const isHead = context.req.method === "HEAD";
    if (range.kind === "whole") {
      return isHead ? context.body(null, 200, headers) : context.body(bytesOf(path), 200, headers);
    }
    const { first, last } = range;
    const partHeaders = {
      ...headers,
      "content-length": String(last - first + 1),
      "content-range": `bytes ${first}-${last}/${size}`,
    };
    return isHead
      ? context.body(null, 206, partHeaders)
      : context.body(bytesOf(path, { start: first, end: last }), 206, partHeaders);
  });
  return router;
}

/** Node's and the web's type are the same object. */
const bytesOf = (path: string, part: { start?: number; end?: number } = {}): ReadableStream<Uint8Array> =>
  Readable.toWeb(createReadStream(path, part)) as ReadableStream<Uint8Array>;
