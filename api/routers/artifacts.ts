import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { failure } from "#core/contract/failure.ts";
import { Sha256 } from "#core/contract/ids.ts";
import { problemResponse } from "../middleware/respond.ts";
import { type ApiContext, createRouter, problems } from "./api-context.ts";

const read = createRoute({
  method: "get",
  path: "/artifacts/{sha256}",
  tags: ["artifacts"],
  summary: "The bytes with this digest",
  request: {
    params: z.object({ sha256: Sha256 }),
    query: z.object({ name: z.string().max(200).optional(), inline: z.enum(["1"]).optional() }),
  },
  responses: {
    200: { description: "The bytes", content: { "application/octet-stream": { schema: z.string() } } },
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
    const headers: Record<string, string> = {
      "content-type": type ?? "application/octet-stream",
      "content-length": String((await stat(path)).size),
      "content-disposition": `${type === undefined ? "attachment" : "inline"}; filename="${file}"`,
      // The address is the content: it never changes.
      "cache-control": "private, max-age=31536000, immutable",
      etag: `"${sha256}"`,
      "repr-digest": `sha-256=:${Buffer.from(sha256, "hex").toString("base64")}:`,
      // A page that a run made has no rights here, not even the origin's.
      "content-security-policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:",
    };
    const body = Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>; // node's and the web's type are the same object
    return context.body(body, 200, headers);
  });
  return router;
}
