import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Problem } from "#api/contract/problem.ts";
import { createFolders, swarm } from "../cli/swarm-process.testing.ts";
import { createTestClient, problemIn, type TestClient } from "./api-client.testing.ts";
import { startBody, writeApiHome } from "./api-home.testing.ts";
import { patience } from "#api/boot/listen.ts";
import { serveHere, type ServerHere } from "./api-server.testing.ts";
import { refusedUpgrade } from "./event-watch.testing.ts";
import { rawConversation, rawRequest } from "./raw-http.testing.ts";

const API = "/api/v1";
const folders = createFolders();
let server: ServerHere;
let client: TestClient;
let host: string;

beforeAll(async () => {
  const home = writeApiHome(folders.make("api-guard"));
  server = await serveHere(home, { patience: { ...patience, headersMs: 300 } });
  client = createTestClient(server.url);
  ({ host } = new URL(server.url));
});
afterAll(async () => {
  await server.stop();
  folders.removeAll();
});

const total = async (): Promise<unknown> =>
  ((await client.get(`${API}/pipelines?limit=1`)).json() as { total: number }).total;

describe("a request under a foreign name", () => {
  it.each([
    "evil.example",
    "evil.example:8000",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "10.0.0.1",
    "[::2]",
  ])("is refused, whatever it asks: Host %j", async (name) => {
    for (const path of [`${API}/pipelines`, "/", "/docs", "/health", `${API}/openapi.json`]) {
      const { status, body } = await rawRequest(server.url, { path, headers: { host: name } });
      // Without any name, node itself already refuses.
      expect([400, 403], `${path} ${body}`).toContain(status);
      expect(body).not.toContain("<html");
    }
    expect(await refusedUpgrade(`${server.url}${API}/events/ws`, { host: name })).not.toBe(101);
  });

  it.each(["HTTP/1.0\r\n", "HTTP/1.1\r\nHost:\r\n", "HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n"])(
    "or under none, or two, is refused too: %j",
    async (rest) => {
      const answer = await rawConversation(
        server.url,
        `GET ${API}/pipelines ${rest}Connection: close\r\n\r\n`,
      );
      expect(answer).toMatch(/^HTTP\/1\.1 (400|403) /);
    },
  );

  it.each(["localhost", "LOCALHOST", "127.0.0.1", "[::1]"])("is answered as %s", async (name) => {
    const { port } = new URL(server.url);
    expect(
      (await rawRequest(server.url, { path: "/health", headers: { host: `${name}:${port}` } })).status,
    ).toBe(200);
  });
});

describe("a page of another origin", () => {
  const origins = [
    "http://evil.example",
    "null",
    "https://127.0.0.1.evil.example",
    "http://localhost:1",
    "http://127.0.0.1",
  ];

  it.each(origins)("can start nothing: %s", async (origin) => {
    const before = await total();
    const answer = await client.post(`${API}/pipelines`, startBody("asks"), { origin });
    expect(problemIn(answer)).toMatchObject({ status: 403, error: { code: "forbidden" } });
    expect(await total()).toBe(before);
  });

  it.each(origins)("can watch nothing: %s", async (origin) => {
    expect(await refusedUpgrade(`${server.url}${API}/events/ws`, { origin })).toBe(403);
  });

  it("is told nothing by CORS: no preflight succeeds and no answer opens up", async () => {
    const preflight = await client.ask("OPTIONS", `${API}/pipelines`, {
      headers: { origin: "http://evil.example", "access-control-request-method": "POST" },
    });
    expect(preflight.status).toBe(403);
    for (const answer of [preflight, await client.get("/health"), await client.get("/")]) {
      expect([...answer.headers.keys()].filter((name) => name.startsWith("access-control-"))).toEqual([]);
    }
  });

  it("is the server's own when host and port are the same", async () => {
    const answer = await client.post(`${API}/pipelines`, startBody("asks"), { origin: server.url });
    expect(answer.status, answer.body).toBe(202);
  });
});

describe("every answer", () => {
  it.each([
    ["GET", "/"],
    ["GET", "/docs"],
    ["GET", "/health"],
    ["GET", `${API}/pipelines`],
    ["GET", `${API}/nothing`],
    ["PUT", `${API}/pipelines`],
    ["POST", `${API}/pipelines`],
  ])("carries the headers that keep browsers in bounds: %s %s", async (method, path) => {
    const { headers } = await client.ask(method, path);
    expect(Object.fromEntries(headers)).toMatchObject({
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "x-frame-options": "SAMEORIGIN",
      "cross-origin-resource-policy": "same-origin",
    });
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toMatch(/default-src 'self'/);
    expect(policy).toMatch(/object-src 'none'.*base-uri 'none'.*frame-ancestors 'self'/);
    expect(policy.replaceAll("style-src 'self' 'unsafe-inline'", "")).not.toMatch(/unsafe|https?:|\*/);
  });

  it("carries the request's id: the caller's own when it is plain, a new one otherwise, in problems too", async () => {
    const own = await client.ask("GET", "/health", { headers: { "x-request-id": "trace-1.a_B" } });
    expect(own.headers.get("x-request-id")).toBe("trace-1.a_B");
    for (const bad of ["x".repeat(65), "a b", "<script>"]) {
      const other = await client.ask("GET", "/health", { headers: { "x-request-id": bad } });
      expect(other.headers.get("x-request-id")).toMatch(/^[0-9A-Z]{26}$/);
    }
    const problem = await client.ask("GET", `${API}/nothing`, { headers: { "x-request-id": "trace-2" } });
    expect(problemIn(problem).instance).toBe("urn:swarm:request:trace-2");
  });
});

describe("a request that is wrong as such", () => {
  it.each([
    ["an unknown path", "GET", `${API}/nothing`, 404, "not-found"],
    ["a known path with a slash more", "GET", `${API}/pipelines/`, 404, "not-found"],
    ["another method", "PUT", `${API}/pipelines`, 405, "method-not-allowed"],
    [
      "another method on a path with a part that varies",
      "POST",
      `${API}/pipelines/run_0000000000`,
      405,
      "method-not-allowed",
    ],
    ["a page's path with another method", "POST", "/runs", 404, "not-found"],
    ["a path that is not well formed", "GET", "/%E0%A4%A", 404, "not-found"],
    ["a file above the console's folder", "GET", "/..%2f..%2fpackage.json", 404, "not-found"],
    ["a plain request for a socket", "GET", `${API}/events/ws`, 426, "upgrade-required"],
    ["a socket from no number", "GET", `${API}/events/ws?from=x`, 422, "invalid-input"],
  ])("%s", async (_, method, path, status, code) => {
    const answer = await client.ask(method, path);
    expect(answer.status).toBe(status);
    expect(problemIn(answer).error.code).toBe(code);
    expect(answer.body).not.toContain('"devDependencies"');
  });

  it("says which methods there are", async () => {
    const allowed = async (path: string) => (await client.ask("PATCH", path)).headers.get("allow");
    expect(await allowed(`${API}/pipelines`)).toBe("GET, HEAD, POST");
    expect(await allowed(`${API}/pipelines/run_0000000000`)).toBe("DELETE, GET, HEAD");
    expect(await allowed("/health/live")).toBe("GET, HEAD");
  });

  it.each(["text/html", "application/xml, text/*;q=0.5", "application/json;q=0, text/html"])(
    "cannot be answered in the types it takes: %s",
    async (accept) => {
      const answer = await client.ask("GET", `${API}/pipelines`, { headers: { accept } });
      expect(problemIn(answer)).toMatchObject({ status: 406, error: { code: "not-acceptable" } });
    },
  );

  it.each(["*/*", "application/*", "text/html, */*;q=0.1", "application/json; charset=utf-8"])(
    "can be answered as %s",
    async (accept) => {
      expect((await client.ask("GET", `${API}/pipelines`, { headers: { accept } })).status).toBe(200);
    },
  );

  it("with a body over 1 MB is refused before it is read", async () => {
    const { status, body } = await rawRequest(server.url, {
      method: "POST",
      path: `${API}/gates/gate_0000000000/decision`,
      headers: { host, "content-type": "application/json", "content-length": "2000000" },
      body: "{",
    });
    expect(status).toBe(413);
    expect(Problem.parse(JSON.parse(body)).error.code).toBe("body-too-large");
  });

  it("HEAD is GET without its body", async () => {
    const head = await client.ask("HEAD", `${API}/pipelines`);
    const get = await client.get(`${API}/pipelines`);
    expect(head).toMatchObject({ status: 200, type: get.type, body: "" });
  });
});

describe("a client that is slow or speaks something else", () => {
  it("is hung up on when its headers do not end", async () => {
    expect(await rawConversation(server.url, `GET /health HTTP/1.1\r\nHost: ${host}\r\nX-Slow: `)).toMatch(
      /^HTTP\/1\.1 408 /,
    );
  });

  it("is hung up on when its headers have no end in size", async () => {
    const bytes = `GET /health HTTP/1.1\r\nHost: ${host}\r\nX-Large: ${"x".repeat(100_000)}\r\n\r\n`;
    expect(await rawConversation(server.url, bytes)).toMatch(/^HTTP\/1\.1 431 /);
  });

  it("is answered as usual when it asks to switch to a protocol that is not spoken here", async () => {
    const bytes = `GET /health HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n`;
    expect(await rawConversation(server.url, bytes)).toMatch(/^HTTP\/1\.1 200 /);
  });

  it.each([
    "nonsense\r\n\r\n",
    "GET / HTTP/9\r\n\r\n",
    "GET http://evil.example/health HTTP/1.1\r\nHost: x\r\n\r\n",
  ])("gets no answer of ours: %j", async (bytes) =>
    expect(await rawConversation(server.url, bytes)).toMatch(/^HTTP\/1\.1 (400|403|505) /),
  );
});

describe("swarm serve", () => {
  it.each(["0.0.0.0", "::", "no-such-host.invalid"])(
    "refuses to listen on %s, where there is no sign-in, and says what to do",
    async (name) => {
      const home = folders.make("api-bind");
      const ended = await swarm(["serve", "--host", name, "--port", "0"], { home });
      expect(ended.code, ended.stderr).toBe(name.endsWith("invalid") ? 2 : 7);
      expect(ended.stderr).toMatch(/127\.0\.0\.1/);
      expect(ended.stdout).toBe("");
    },
  );
});

it("no request of these was a defect", () => {
  expect(server.told).toEqual([]);
});
