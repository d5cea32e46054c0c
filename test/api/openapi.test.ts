import type { Browser } from "@playwright/test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApp } from "#api/boot/create-app.ts";
import { createFolders } from "../cli/swarm-process.testing.ts";
import { findChromium, launchChromium } from "../console/chromium.testing.ts";
import { createTestClient, type TestClient } from "./api-client.testing.ts";
import { writeApiHome } from "./api-home.testing.ts";
import { serveHere, type ServerHere } from "./api-server.testing.ts";
import { checkDocumented, hasOpenApiValidator } from "./documented.testing.ts";

interface OpenApi {
  openapi: string;
  paths: Record<string, Record<string, { operationId: string; responses: Record<string, unknown> }>>;
  components: { schemas: Record<string, unknown> };
}

const folders = createFolders();
let server: ServerHere;
let client: TestClient;
let document: OpenApi;

beforeAll(async () => {
  server = await serveHere(writeApiHome(folders.make("api-document")));
  client = createTestClient(server.url);
  document = (await client.get("/api/v1/openapi.json")).json() as OpenApi; // validated below
});
afterAll(async () => {
  await server.stop();
  folders.removeAll();
});

/** What is served beside the API: pages for people, each without a meaning for programs. */
const pages = ["GET /docs", "GET /docs/start.js", "GET /docs/{file}", "GET /*"];

describe("the API's document", () => {
  it("names every route of the server, and no other", () => {
    const app = createApp(
      {
        opened: server.opened,
        activeRuns: () => [],
        caller: () => ({ kind: "system", id: "test" }),
        version: "0",
        readiness: () => Promise.reject(new Error("not asked")),
      },
      { hosts: [], console: "", report: () => undefined },
    );
    const inOpenApi = (path: string): string => path.replaceAll(/:([A-Za-z0-9]+)(\{[^}]*\})?/g, "{$1}");
    const served = new Set(
      app.routes
        .filter(({ method }) => method !== "ALL")
        .map(({ method, path }) => `${method} ${inOpenApi(path)}`),
    );
    const documented = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect([...served].filter((route) => !pages.includes(route)).toSorted()).toEqual(documented.toSorted());
    expect(documented.length).toBeGreaterThan(18);
  });

  it("has a problem document for every operation and every operation an id of its own", () => {
    const operations = Object.values(document.paths).flatMap((one) => Object.values(one));
    for (const { responses } of operations) {
      expect(responses["default"]).toMatchObject({
        content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
      });
    }
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
  });

  it("refuses what the routes refuse: unknown members, by the schemas that parse them", () => {
    const { StartPipelineInput, StartPipelineFormInput, DecideGateInput } = document.components.schemas;
    for (const schema of [StartPipelineInput, StartPipelineFormInput, DecideGateInput]) {
      expect(schema).toMatchObject({ type: "object", additionalProperties: false });
    }
    expect(StartPipelineInput).toMatchObject({ required: ["problemStatement", "target"] });
    expect(StartPipelineFormInput).toMatchObject({ required: ["problemStatement", "target", "data"] });
  });

  it.runIf(hasOpenApiValidator())("is valid OpenAPI 3.1 to a validator that is not ours", () => {
    expect(document.openapi).toBe("3.1.0");
    expect(checkDocumented(document, [])).toEqual({ checked: 0, problems: [] });
    const broken = { ...document, paths: { "/x": { get: {} } } };
    expect(() => checkDocumented({ ...broken, openapi: "3.1.0", info: {} }, [])).toThrow("required property");
  });
});

const chromium = findChromium();

describe.runIf(chromium !== undefined)("the documentation's page", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium(chromium ?? "");
  });
  afterAll(() => browser.close());

  it("shows every operation, asks no other host, and keeps to the content policy", async () => {
    const page = await browser.newPage();
    const hosts = new Set<string>();
    const complaints: string[] = [];
    page.on("request", (request) => {
      if (!/^(data|blob):/.test(request.url())) hosts.add(new URL(request.url()).host);
    });
    page.on("console", (message) => {
      if (message.type() === "error" || /Content Security Policy/.test(message.text()))
        complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(`${server.url}/docs`);
    const operations = Object.values(document.paths).flatMap((one) => Object.values(one));
    await page
      .locator(".opblock")
      .nth(operations.length - 1)
      .waitFor();
    expect(await page.locator(".opblock").count()).toBe(operations.length);
    expect([...hosts]).toEqual([new URL(server.url).host]);
    expect(complaints).toEqual([]);
    await page.close();
  });
});
