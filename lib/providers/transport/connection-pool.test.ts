import { createServer, type RequestListener, type Server } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { realClock } from "#core/testing/conformance/provider/real-clock.ts";
import { type ConnectionPool, createConnectionPool } from "./connection-pool.ts";

const open: { server: Server; pool: ConnectionPool }[] = [];

async function serve(
  listener: RequestListener,
  options: Partial<Parameters<typeof createConnectionPool>[0]> = {},
) {
  const server = createServer(listener);
  let connections = 0;
  server.on("connection", () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const pool = createConnectionPool({ clock: realClock, connectMs: 5000, ...options });
  open.push({ server, pool });
  return { url: `http://127.0.0.1:${address.port}/`, pool, server, connections: () => connections };
}

afterEach(() => {
  for (const { server, pool } of open.splice(0)) {
    pool.close();
    server.closeAllConnections();
    server.close();
  }
});

describe("createConnectionPool", () => {
  it("sends method, headers and body, and gives status, headers and body back", async () => {
    const { url, pool } = await serve((request, response) => {
      let body = "";
      request.on("data", (chunk) => (body += String(chunk)));
      request.on("end", () => {
        response.writeHead(418, {
          "x-seen": String(request.headers["x-sent"]),
          "content-type": "text/plain",
        });
        response.end(`${request.method} ${body}`);
      });
    });
    const response = await pool.fetch(url, { method: "post", headers: { "x-sent": "yes" }, body: "héllo" });
    expect(response.status).toBe(418);
    expect(response.headers.get("x-seen")).toBe("yes");
    expect(await response.text()).toBe("POST héllo");
  });

  it("keeps connections for the next request and limits their number", async () => {
    let running = 0;
    let most = 0;
    const { url, pool, connections } = await serve(
      (_, response) => {
        running += 1;
        most = Math.max(most, running);
        setTimeout(() => {
          running -= 1;
          response.end("ok");
        }, 20);
      },
      { maxSockets: 2 },
    );
    for (let nth = 0; nth < 3; nth += 1) await (await pool.fetch(url)).text();
    expect(connections()).toBe(1);
    await Promise.all(Array.from({ length: 6 }, async () => (await pool.fetch(url)).text()));
    expect(most).toBe(2);
    expect(connections()).toBe(2);
  });

  it("does not follow a redirect, which would carry the key elsewhere", async () => {
    const { url, pool } = await serve((_, response) => {
      response.writeHead(302, { location: "http://127.0.0.1:1/elsewhere" });
      response.end();
    });
    expect((await pool.fetch(url)).status).toBe(302);
  });

  it("carries large bodies to a slow reader without holding them all", async () => {
    const size = 8 * 1024 * 1024;
    let written = 0;
    const { url, pool } = await serve((_, response) => {
      const chunk = Buffer.alloc(64 * 1024, 1);
      const more = () => {
        let hasRoom = true;
        while (written < size && hasRoom) {
          written += chunk.length;
          hasRoom = response.write(chunk);
        }
        if (hasRoom) response.end();
        else response.once("drain", more);
      };
      more();
    });
    const response = await pool.fetch(url);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(written, "the sender waits for the reader").toBeLessThan(size);
    expect((await response.arrayBuffer()).byteLength).toBe(size);
  });

  it("errors the body when the connection is cut, before and after the head", async () => {
    const { url, pool } = await serve((request, response) => {
      if (request.url === "/before") {
        request.socket.destroy();
        return;
      }
      response.write("some");
      setTimeout(() => response.destroy(), 10);
    });
    await expect(pool.fetch(`${url}before`)).rejects.toMatchObject({ code: "ECONNRESET" });
    await expect((await pool.fetch(url)).text()).rejects.toMatchObject({ code: "ECONNRESET" });
  });

  it("ends with the signal's reason while waiting and while reading", async () => {
    const { url, pool } = await serve((request, response) => {
      if (request.url !== "/silent") response.write("some");
    });
    for (const path of ["silent", ""]) {
      const controller = new AbortController();
      const reason = new Error("enough");
      setTimeout(() => controller.abort(reason), 20);
      const read = async () => (await pool.fetch(`${url}${path}`, { signal: controller.signal })).text();
      await expect(read()).rejects.toBe(reason);
    }
    await expect(pool.fetch(url, { signal: AbortSignal.abort(new Error("before")) })).rejects.toThrow(
      "before",
    );
  });

  it("gives the connection up when the body is cancelled", async () => {
    const { url, pool, server } = await serve((_, response) => response.write("some"));
    await (await pool.fetch(url)).body?.cancel();
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(await new Promise((resolve) => server.getConnections((_, count) => resolve(count)))).toBe(0);
  });

  it("does not let the limit for unused connections end a slow answer", async () => {
    const { url, pool } = await serve((_, response) => void setTimeout(() => response.end("late"), 120), {
      idleSocketMs: 30,
    });
    expect(await (await pool.fetch(url)).text()).toBe("late");
  });

  it("drops unused connections after their time", async () => {
    const { url, pool, server } = await serve((_, response) => response.end("ok"), { idleSocketMs: 30 });
    await (await pool.fetch(url)).text();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await new Promise((resolve) => server.getConnections((_, count) => resolve(count)))).toBe(0);
  });

  it("gives up when no connection comes about in time", async () => {
    const impatient = { now: () => 0, sleep: () => Promise.resolve() };
    const { url, pool } = await serve((_, response) => response.end("ok"), { clock: impatient });
    await expect(pool.fetch(url)).rejects.toMatchObject({ code: "CONNECT_TIMEOUT" });
  });

  it("says when nothing listens", async () => {
    const { url, pool, server } = await serve(() => {});
    await new Promise((resolve) => server.close(resolve));
    await expect(pool.fetch(url)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });

  it("sends texts and bytes only", async () => {
    const { url, pool } = await serve((_, response) => response.end("ok"));
    await expect(pool.fetch(url, { method: "POST", body: new URLSearchParams("a=1") })).rejects.toThrow(
      TypeError,
    );
  });
});
