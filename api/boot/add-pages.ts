import { readFile } from "node:fs/promises";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import type { OpenAPIHono } from "@hono/zod-openapi";
import { notFound } from "../middleware/respond.ts";

const contentTypes: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".json": "application/json",
  ".txt": "text/plain; charset=utf-8",
};

/** Swagger UI from the installed package: the documentation needs no other host. */
export function addDocumentation(app: OpenAPIHono, options: { document: string }): void {
  const folder = dirname(fileURLToPath(import.meta.resolve("swagger-ui-dist/package.json")));
  const page = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Swarm API</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/docs/swagger-ui.css"></head><body><div id="swagger-ui"></div><script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></body></html>`;
  const start = `window.ui = SwaggerUIBundle({ url: "${options.document}", dom_id: "#swagger-ui", deepLinking: true, validatorUrl: null });`;
  app.get("/docs", (context) => context.html(page));
  app.get("/docs/start.js", (context) =>
    context.body(start, 200, { "content-type": "text/javascript; charset=utf-8" }),
  );
  app.get("/docs/:file{swagger-ui\\.css|swagger-ui-bundle\\.js}", async (context) => {
    const name = context.req.param("file");
    const bytes = await readFile(join(folder, name));
    return context.body(bytes, 200, {
      "content-type": contentTypes[extname(name)] ?? "application/octet-stream",
    });
  });
}

/** The built console. Paths without a file are pages of it; the API's and the probes' paths never are. */
export function addConsole(app: OpenAPIHono, folder: string): void {
  app.get("*", async (context, next) => {
    if (/^\/(api|health)(\/|$)/.test(context.req.path)) return next();
    const path = decoded(context.req.path);
    if (path === undefined) return notFound(context);
    const wanted = normalize(path).replace(/^\/+/, "");
    const isAsset = extname(wanted) !== "" && !wanted.startsWith("..");
    const file = join(folder, isAsset ? wanted : "index.html");
    try {
      const bytes = await readFile(file);
      return context.body(bytes, 200, {
        "content-type": contentTypes[extname(file)] ?? "application/octet-stream",
        "cache-control": wanted.startsWith("assets/") ? "public, max-age=31536000, immutable" : "no-cache",
      });
    } catch {
      if (isAsset) return notFound(context);
      return context.text(
        "The console is not built. Run `npm run build` in Swarm's folder and reload. The API is at /api/v1, its documentation at /docs.\n",
        503,
      );
    }
  });
}

/** Undefined for a path that is not well formed. */
function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
