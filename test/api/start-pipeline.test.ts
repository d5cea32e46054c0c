import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { StartedPipeline } from "#api/contract/pipeline.ts";
import { Problem } from "#api/contract/problem.ts";
import { createFolders, filesBelow } from "../cli/swarm-process.testing.ts";
import { createTestClient, problemIn, runThat, type TestClient } from "./api-client.testing.ts";
import { type ApiHome, startBody, writeApiHome } from "./api-home.testing.ts";
import { createServerProcess, type ServerProcess } from "./api-server.testing.ts";
import { rawRequest } from "./raw-http.testing.ts";
import { checkDocumented, hasOpenApiValidator } from "./documented.testing.ts";

const PIPELINES = "/api/v1/pipelines";
const folders = createFolders();
let home: ApiHome;
let server: ServerProcess;
let client: TestClient;

beforeAll(async () => {
  home = writeApiHome(folders.make("api-start"));
  writeFileSync(join(home.folder, "secret.csv"), "a,b\n1,2\n");
  symlinkSync(join(home.folder, "secret.csv"), join(home.data, "escape.csv"));
  server = await createServerProcess(home);
  await server.start();
  client = createTestClient(server.url);
});
afterAll(async () => {
  await server.stop();
  folders.removeAll();
});

const total = async (): Promise<number> =>
  ((await client.get(`${PIPELINES}?limit=1`)).json() as { total: number }).total; // parsed by the document's check
const runIdIn = (answer: { json(): unknown }): string => StartedPipeline.parse(answer.json()).runId;

function form(more: Record<string, string | string[]> = {}, name = "mine.csv"): FormData {
  const data = new FormData();
  const fields = { problemStatement: "Who defaults?", target: "defaulted", workflow: "asks", ...more };
  for (const [key, value] of Object.entries(fields)) for (const one of [value].flat()) data.append(key, one);
  data.append("data", new File([readFileSync(join(home.data, "credit.csv"))], name, { type: "text/csv" }));
  return data;
}

describe("POST /pipelines: where the data comes from", () => {
  it("starts a run on a file of the server's data folder, named relatively or in whole", async () => {
    for (const datasetPath of ["credit.csv", join(home.data, "credit.csv")]) {
      const answer = await client.post(PIPELINES, startBody("asks", { datasetPath }));
      expect(answer.status, answer.body).toBe(202);
      const { links, runId } = StartedPipeline.parse(answer.json());
      expect(answer.headers.get("location")).toBe(links["self"]);
      const run = await runThat(client, runId, ({ status }) => status === "waiting");
      expect(run).toMatchObject({ data: { name: "credit.csv" }, target: "defaulted", seed: 7 });
    }
  });

  it.each([
    "../secret.csv",
    "x/../../secret.csv",
    "/etc/passwd",
    "escape.csv",
    "%2e%2e/secret.csv",
    "a\0b.csv",
    ".",
  ])("refuses %j, which is not a file of that folder, and starts nothing", async (datasetPath) => {
    const before = await total();
    const answer = await client.post(PIPELINES, startBody("asks", { datasetPath }));
    expect([403, 404]).toContain(answer.status);
    expect(problemIn(answer).detail).toMatch(/upload|SWARM_DATA_DIRS/);
    expect(await total()).toBe(before);
  });

  it("says the same of a file outside whether it is there or not", async () => {
    const refusal = async (datasetPath: string) =>
      problemIn(await client.post(PIPELINES, startBody("asks", { datasetPath }))).detail.replace(
        datasetPath,
        "",
      );
    expect(await refusal(join(home.folder, "secret.csv"))).toBe(
      await refusal(join(home.folder, "nothing.csv")),
    );
  });

  it("takes a form with the file in it, and keeps its name", async () => {
    const answer = await client.ask("POST", PIPELINES, {
      body: form({ protected: ["sex", "age"], seed: "11" }, "../../credit données.csv"),
    });
    expect(answer.status, answer.body).toBe(202);
    const run = await runThat(client, runIdIn(answer), ({ status }) => status === "waiting");
    expect(run).toMatchObject({
      data: { name: "credit données.csv" },
      protected: ["sex", "age"],
      seed: 11,
    });
    expect(filesBelow(join(home.home, "scratch"))).toEqual([]);
  });

  it("takes data that was uploaded before", async () => {
    const uploaded = await client.ask("POST", "/api/v1/datasets?name=credit.csv", {
      headers: { "content-type": "application/octet-stream" },
      body: readFileSync(join(home.data, "credit.csv")),
    });
    expect(uploaded.status).toBe(201);
    const { sha256 } = uploaded.json() as { sha256: string }; // checked against the document below
    const { datasetPath: _path, ...body } = startBody("asks", { dataset: { sha256, name: "credit.csv" } });
    expect((await client.post(PIPELINES, body)).status).toBe(202);
    const unknown = { ...body, dataset: { sha256: "0".repeat(64), name: "credit.csv" } };
    expect(problemIn(await client.post(PIPELINES, unknown))).toMatchObject({
      status: 404,
      detail: expect.stringContaining("POST /api/v1/datasets"),
    });
  });
});

describe("POST /pipelines: what it refuses", () => {
  it.each([
    ["an unknown member", { surprise: 1 }, 422, "surprise"],
    ["an unknown workflow, naming the nearest", { workflow: "askz" }, 422, "asks"],
    ["an unknown target", { target: "nobody" }, 422, "nobody"],
    ["two sources of data", { dataset: { sha256: "0".repeat(64), name: "x" } }, 422, "either"],
    ["no problem statement", { problemStatement: "" }, 422, "problemStatement"],
    ["a seed that is no whole number", { seed: 1.5 }, 422, "seed"],
    ["a negative budget", { budgetUsd: -1 }, 422, "budgetUsd"],
  ])("%s", async (_, more, status, words) => {
    const before = await total();
    const problem = problemIn(await client.post(PIPELINES, startBody("asks", more)));
    expect(problem).toMatchObject({ status, detail: expect.stringContaining(words) });
    expect(problem.type).toBe(`urn:swarm:problem:${problem.error.code}`);
    expect(await total()).toBe(before);
  });

  it.each([
    ["text that is not JSON", "application/json", "{bad", 400, "malformed-body"],
    ["JSON that is no object", "application/json", "[]", 422, "invalid-input"],
    ["a form without its boundary", "multipart/form-data", "x", 400, "malformed-body"],
    ["another type", "text/plain", "x", 415, "unsupported-media-type"],
    ["a form without files", "application/x-www-form-urlencoded", "target=x", 415, "unsupported-media-type"],
  ])("%s", async (_, type, body, status, code) => {
    const answer = await client.ask("POST", PIPELINES, { headers: { "content-type": type }, body });
    expect(problemIn(answer)).toMatchObject({ status, error: { code } });
  });

  it("a form with an unknown field, or with a text where the file belongs", async () => {
    const unknown = await client.ask("POST", PIPELINES, { body: form({ datasetPath: "credit.csv" }) });
    expect(problemIn(unknown)).toMatchObject({ status: 422, detail: expect.stringContaining("datasetPath") });
    const text = form();
    text.set("data", "credit.csv");
    expect(problemIn(await client.ask("POST", PIPELINES, { body: text }))).toMatchObject({
      status: 422,
      detail: expect.stringContaining("data"),
    });
  });

  it("a form over its size, by its announced length and while it comes in", async () => {
    const type = { "content-type": "multipart/form-data; boundary=x" };
    const announced = await rawRequest(server.url, {
      method: "POST",
      path: PIPELINES,
      headers: { ...type, "content-length": "1000000000" },
      body: "--x",
    });
    expect(announced.status).toBe(413);
    expect(Problem.parse(JSON.parse(announced.body)).detail).toContain("POST /api/v1/datasets");
    const streamed = await client.ask("POST", PIPELINES, {
      headers: type,
      body: new Blob([new Uint8Array(64 * 1024 * 1024 + 1)]).stream(),
      duplex: "half",
    });
    expect(problemIn(streamed).status).toBe(413);
    expect((await client.get("/health")).status).toBe(200);
  });
});

describe("POST /pipelines with an Idempotency-Key", () => {
  const keyed = (key: string, body: unknown) => client.post(PIPELINES, body, { "idempotency-key": key });

  it("gives a repeat the first answer and starts nothing, also after the server was killed", async () => {
    const first = await keyed("k-1", startBody("asks"));
    expect(first.status).toBe(202);
    expect(first.headers.get("idempotency-key")).toBe("k-1");
    const before = await total();
    const second = await keyed("k-1", startBody("asks"));
    expect(second).toMatchObject({ status: 202, body: first.body });
    expect(second.headers.get("idempotency-replayed")).toBe("true");
    await server.kill();
    await server.start();
    expect(await keyed("k-1", startBody("asks"))).toMatchObject({ status: 202, body: first.body });
    expect(await total()).toBe(before);
  });

  it("refuses another request under the same key", async () => {
    await keyed("k-2", startBody("asks"));
    const before = await total();
    const other = await keyed("k-2", startBody("asks", { seed: 8 }));
    expect(problemIn(other)).toMatchObject({ status: 422, error: { code: "idempotency-key-reused" } });
    expect(await total()).toBe(before);
  });

  it("starts one run for any number of requests at once", async () => {
    const before = await total();
    const answers = await Promise.all(Array.from({ length: 8 }, () => keyed("k-3", startBody("asks"))));
    const started = answers.filter(({ status }) => status === 202);
    const others = answers.filter(({ status }) => status !== 202);
    expect(new Set(started.map(runIdIn)).size).toBe(1);
    for (const answer of others) {
      expect(problemIn(answer)).toMatchObject({ status: 409, error: { code: "request-in-progress" } });
      expect(answer.headers.get("retry-after")).toBe("1");
    }
    expect(await total()).toBe(before + 1);
    expect(await keyed("k-3", startBody("asks"))).toMatchObject({ status: 202, body: started[0]?.body });
  });

  it("counts the bytes of a form's file as part of the request", async () => {
    const send = (body: FormData) =>
      client.ask("POST", PIPELINES, { headers: { "idempotency-key": "k-4" }, body });
    const first = await send(form({ seed: "1" }));
    expect(first.status, first.body).toBe(202);
    expect(await send(form({ seed: "1" }))).toMatchObject({ status: 202, body: first.body });
    const other = form({ seed: "1" });
    other.set("data", new File(["defaulted,x\n0,1\n1,2\n"], "mine.csv"));
    expect(problemIn(await send(other)).status).toBe(422);
  });

  it("leaves the key free when the request was refused", async () => {
    expect((await keyed("k-5", startBody("asks", { target: "nobody" }))).status).toBe(422);
    expect((await keyed("k-5", startBody("asks"))).status).toBe(202);
  });

  it("refuses a key that is none", async () => {
    expect(problemIn(await keyed("has spaces", startBody("asks"))).status).toBe(422);
    expect(problemIn(await keyed("x".repeat(201), startBody("asks"))).status).toBe(422);
  });
});

describe.runIf(hasOpenApiValidator())("all these answers", () => {
  it("are what the server's own document says", async () => {
    const document = (await client.get("/api/v1/openapi.json")).json();
    const { checked, problems } = checkDocumented(document, client.exchanges);
    expect(problems).toEqual([]);
    expect(checked).toBeGreaterThan(40);
  });
});
