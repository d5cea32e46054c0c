import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { GateDetail, GateRow } from "#api/contract/gates.ts";
import type { EventView, PipelineDetail, PipelineRow } from "#api/contract/pipeline.ts";
import { createFolders } from "../cli/swarm-process.testing.ts";
import { createTestClient, problemIn, runThat, startRun, type TestClient } from "./api-client.testing.ts";
import { startBody, writeApiHome } from "./api-home.testing.ts";
import { serveHere, type ServerHere } from "./api-server.testing.ts";
import { checkDocumented, hasOpenApiValidator } from "./documented.testing.ts";
import { rawRequest } from "./raw-http.testing.ts";

type Page<Row> = { items: Row[]; total: number; limit: number; offset: number; nextCursor?: string };

const API = "/api/v1";
const folders = createFolders();
let server: ServerHere;
let client: TestClient;
let runs: string[];

// What comes back is held against the server's own document at the end of this file.
const page = async <Row>(path: string): Promise<Page<Row>> => (await client.get(path)).json() as Page<Row>;
const runIds = ({ items }: Page<PipelineRow>): string[] => items.map(({ runId }) => runId);
const waits = ({ status }: PipelineDetail): boolean => status === "waiting";

async function openGate(runId: string): Promise<GateDetail> {
  const { items } = await page<GateRow>(`${API}/gates?state=open&runId=${runId}`);
  return (await client.get(`${API}/gates/${items[0]?.gateId}`)).json() as GateDetail;
}
const decide = (gateId: string, body: unknown) => client.post(`${API}/gates/${gateId}/decision`, body);

beforeAll(async () => {
  server = await serveHere(writeApiHome(folders.make("api-reading")));
  client = createTestClient(server.url);
  runs = [];
  for (let index = 0; index < 5; index += 1) runs.push(await startRun(client, startBody("asks")));
  for (const runId of runs) await runThat(client, runId, waits);
});
afterAll(async () => {
  await server.stop();
  folders.removeAll();
});

describe("the list of runs", () => {
  it("pages by offset, bounded at 1000 rows", async () => {
    const first = await page<PipelineRow>(`${API}/pipelines?limit=2`);
    const second = await page<PipelineRow>(`${API}/pipelines?limit=2&offset=2`);
    const rest = await page<PipelineRow>(`${API}/pipelines?limit=2&offset=4`);
    expect([first, second, rest].flatMap(runIds)).toEqual(runs.toReversed());
    expect(first).toMatchObject({ total: 5, limit: 2, offset: 0 });
    expect(rest.nextCursor).toBeUndefined();
    for (const query of [
      "limit=1001",
      "limit=0",
      "limit=x",
      "offset=-1",
      "limit=1&limit=2",
      "cursor=x",
      "stats=1",
    ]) {
      expect(problemIn(await client.get(`${API}/pipelines?${query}`)).status, query).toBe(422);
      expect(problemIn(await client.get(`${API}/gates?${query}`)).status, query).toBe(422);
    }
  });

  it("pages by cursor, each run once although others are added meanwhile", async () => {
    const seen: string[] = [];
    let cursor = "";
    for (;;) {
      const one = await page<PipelineRow>(`${API}/pipelines?limit=2${cursor}`);
      seen.push(...runIds(one));
      if (one.nextCursor === undefined) break;
      cursor = `&cursor=${one.nextCursor}`;
      if (seen.length === 2) {
        for (let index = 0; index < 3; index += 1) {
          const added = await startRun(client, startBody("asks", { seed: 99 }));
          await runThat(client, added, waits);
        }
      }
    }
    expect(seen).toEqual(runs.toReversed());
  });

  it("filters by status and workflow", async () => {
    expect((await page(`${API}/pipelines?status=waiting`)).total).toBe(8);
    expect((await page(`${API}/pipelines?status=succeeded`)).items).toEqual([]);
    expect((await page(`${API}/pipelines?workflow=asks&status=waiting`)).total).toBe(8);
    expect((await page(`${API}/pipelines?workflow=trains`)).total).toBe(0);
    expect(problemIn(await client.get(`${API}/pipelines?status=waitin`)).status).toBe(422);
  });
});

describe("one run", () => {
  it("is shown with what it was asked, where it stands and the graph it follows", async () => {
    const [runId = ""] = runs;
    const run = (await client.get(`${API}/pipelines/${runId}`)).json() as PipelineDetail;
    expect(run).toMatchObject({
      runId,
      status: "waiting",
      problem: "Predict who will default on a loan",
      target: "defaulted",
      workflow: { id: "asks" },
      gates: [{ state: "open", kind: "manual" }],
    });
  });

  it("gives its events after a number, so many at a time, without gap", async () => {
    const path = `${API}/pipelines/${runs[0]}/events`;
    const all = await page<EventView>(path);
    const seqs = all.items.map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    const pieces: EventView[] = [];
    for (;;) {
      const after = pieces.at(-1)?.seq ?? 0;
      const { items } = await page<EventView>(`${path}?after=${after}&limit=2`);
      if (items.length === 0) break;
      expect(items.length).toBeLessThanOrEqual(2);
      pieces.push(...items);
    }
    expect(pieces).toEqual(all.items);
    expect((await page(`${path}?after=100000`)).items).toEqual([]);
    for (const query of ["after=-1", "after=x", "limit=0", "limit=1001", "from=3"]) {
      expect(problemIn(await client.get(`${path}?${query}`)).status, query).toBe(422);
    }
  });

  it("gives the content of an event, and says when there is none", async () => {
    const path = `${API}/pipelines/${runs[0]}/events`;
    const created = await client.get(`${path}/1/payload`);
    expect(created.json()).toMatchObject({ state: "present", json: { target: "defaulted" } });
    expect(problemIn(await client.get(`${path}/100000/payload`)).status).toBe(404);
    expect(problemIn(await client.get(`${path}/0/payload`)).status).toBe(422);
  });

  it("that is not there, or no id, is a 404 or 422 everywhere", async () => {
    for (const rest of ["", "/events", "/events/1/payload", "/ws"]) {
      expect(problemIn(await client.get(`${API}/pipelines/run_0000000000${rest}`)).status, rest).toBe(404);
      expect(problemIn(await client.get(`${API}/pipelines/nonsense${rest}`)).status, rest).toBe(422);
    }
    expect(problemIn(await client.ask("DELETE", `${API}/pipelines/run_0000000000`)).status).toBe(404);
    expect(problemIn(await client.get(`${API}/gates/gate_0000000000`)).status).toBe(404);
  });
});

describe("DELETE of a run", () => {
  it("ends it as cancelled, keeps what it made, and says so when it is over", async () => {
    const runId = await startRun(client, startBody("trains"));
    const made = await runThat(client, runId, ({ artifacts }) => artifacts.length > 0);
    const asked = await client.ask("DELETE", `${API}/pipelines/${runId}`);
    expect(asked.status).toBe(202);
    const ended = await runThat(client, runId, ({ status }) => status === "cancelled");
    for (const { sha256 } of [...made.artifacts, ...ended.artifacts]) {
      expect((await client.ask("HEAD", `${API}/artifacts/${sha256}`)).status).toBe(200);
    }
    const again = await client.ask("DELETE", `${API}/pipelines/${runId}`);
    expect(problemIn(again)).toMatchObject({ status: 409, detail: expect.stringContaining("cancelled") });
  });

  it("ends one that waits for a person, and closes its gate", async () => {
    const runId = runs[4] ?? "";
    const { gate } = await openGate(runId);
    await client.ask("DELETE", `${API}/pipelines/${runId}`);
    await runThat(client, runId, ({ status }) => status === "cancelled");
    const late = await decide(gate.gateId, { decision: "approved", inputHash: gate.inputHash });
    expect(problemIn(late).status).toBe(409);
  });
});

describe("gates", () => {
  it("are decided only for the input whose hash is given: another is refused with both hashes", async () => {
    const { gate, shown } = await openGate(runs[0] ?? "");
    expect(shown).toBeTypeOf("object");
    const stale = await decide(gate.gateId, { decision: "approved", inputHash: "f".repeat(64) });
    const { status, error } = problemIn(stale);
    expect(status).toBe(409);
    expect(error).toMatchObject({
      code: "gate-input-changed",
      details: { gateInputHash: gate.inputHash, decidedInputHash: "f".repeat(64) },
    });
    expect((await openGate(runs[0] ?? "")).gate.state).toBe("open");
  });

  it("approved, let the run go on; and once", async () => {
    const runId = runs[0] ?? "";
    const { gate } = await openGate(runId);
    const body = { decision: "approved", inputHash: gate.inputHash, comment: "looks right" };
    const approved = await decide(gate.gateId, body);
    expect(approved.json()).toMatchObject({ gate: { state: "resolved", decision: "approved" } });
    await runThat(client, runId, ({ status }) => status === "succeeded");
    expect(problemIn(await decide(gate.gateId, body)).status).toBe(409);
  });

  it("rejected, end the run with the reason", async () => {
    const runId = runs[1] ?? "";
    const { gate } = await openGate(runId);
    await decide(gate.gateId, { decision: "rejected", inputHash: gate.inputHash });
    const run = await runThat(client, runId, ({ status }) => status === "failed");
    expect(run.failure).toMatchObject({ code: "gate-rejected" });
  });

  it("decided by several people at once, take one decision", async () => {
    const { gate } = await openGate(runs[2] ?? "");
    const answers = await Promise.all(
      ["approved", "rejected", "approved", "rejected"].map((decision) =>
        decide(gate.gateId, { decision, inputHash: gate.inputHash }),
      ),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409, 409, 409]);
  });

  it.each([
    ["an unknown decision", { decision: "maybe", inputHash: "f".repeat(64) }],
    ["no hash", { decision: "approved" }],
    ["a hash that is none", { decision: "approved", inputHash: "abc" }],
    ["an unknown member", { decision: "approved", inputHash: "f".repeat(64), force: true }],
  ])("refuse %s", async (_, body) => {
    const { gate } = await openGate(runs[3] ?? "");
    expect(problemIn(await decide(gate.gateId, body)).status).toBe(422);
  });
});

describe("artifacts", () => {
  let sha256 = "";
  let bytes: Buffer;
  const read = (headers: Record<string, string> = {}, query = "") =>
    rawRequest(server.url, {
      path: `${API}/artifacts/${sha256}${query}`,
      headers: { host: new URL(server.url).host, ...headers },
    });

  beforeAll(async () => {
    const run = (await client.get(`${API}/pipelines/${runs[0]}`)).json() as PipelineDetail;
    ({ sha256 } = run.artifacts.find(({ name }) => name.endsWith(".json")) ?? { sha256: "" });
    const response = await fetch(`${server.url}${API}/artifacts/${sha256}`);
    bytes = Buffer.from(await response.arrayBuffer());
  });

  it("are exactly the bytes with that digest, which stands in the headers too", async () => {
    expect(createHash("sha256").update(bytes).digest("hex")).toBe(sha256);
    const { status, headers } = await read();
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      etag: `"${sha256}"`,
      "repr-digest": `sha-256=:${Buffer.from(sha256, "hex").toString("base64")}:`,
      "content-length": String(bytes.length),
      "content-type": "application/octet-stream",
      "x-content-type-options": "nosniff",
      "accept-ranges": "bytes",
    });
    expect(headers["content-security-policy"]).toContain("sandbox");
  });

  it.each([
    ["bytes=0-9", 0, 10],
    ["bytes=5-", 5, undefined],
    ["bytes=-7", -7, undefined],
    ["bytes=3-3", 3, 4],
    ["bytes=10-99999999", 10, undefined],
  ])("are given in part: %s", async (range, from, to) => {
    const { status, headers, body } = await read({ range });
    const part = bytes.subarray(from, to);
    expect(status).toBe(206);
    expect(body).toBe(part.toString("utf8"));
    expect(headers["content-length"]).toBe(String(part.length));
    const first = from < 0 ? bytes.length + from : from;
    expect(headers["content-range"]).toBe(`bytes ${first}-${first + part.length - 1}/${bytes.length}`);
  });

  it.each(["bytes=99999999-", "bytes=-0"])("have no such part: %s", async (range) => {
    const { status, headers } = await read({ range });
    expect(status).toBe(416);
    expect(headers["content-range"]).toBe(`bytes */${bytes.length}`);
  });

  it.each(["bytes=5-2", "lines=1-2", "bytes=0-1,4-5", "bytes=x", "bytes=-"])(
    "are given whole when the range is not understood: %s",
    async (range) =>
      expect(await read({ range })).toMatchObject({ status: 200, body: bytes.toString("utf8") }),
  );

  it("are not sent again to who has them, and in part only of what the caller means", async () => {
    for (const tag of [`"${sha256}"`, `W/"${sha256}"`, `"x", "${sha256}"`, "*"]) {
      expect(await read({ "if-none-match": tag }), tag).toMatchObject({ status: 304, body: "" });
    }
    expect((await read({ "if-none-match": '"x"' })).status).toBe(200);
    expect((await read({ range: "bytes=0-1", "if-range": `"${sha256}"` })).status).toBe(206);
    expect((await read({ range: "bytes=0-1", "if-range": '"x"' })).status).toBe(200);
  });

  it.each([
    ["a name that breaks out of the header", 'a"; filename="evil.html\r\nX-Evil: 1'],
    ["a path", "../../etc/passwd"],
    ["letters of another script", "データ.json"],
  ])("have a harmless file name for %s", async (_, name) => {
    const { headers } = await read({}, `?name=${encodeURIComponent(name)}`);
    expect(headers["content-disposition"]).toMatch(/^attachment; filename="[A-Za-z0-9._-]+"$/);
    expect(headers["x-evil"]).toBeUndefined();
  });

  it("are shown in place only when asked, only in known types, and with no rights", async () => {
    const shown = await read({}, "?name=page.html&inline=1");
    expect(shown.headers["content-disposition"]).toMatch(/^inline/);
    expect(shown.headers["content-security-policy"]).toMatch(/^sandbox; default-src 'none'/);
    expect((await read({}, "?name=page.html")).headers["content-disposition"]).toMatch(/^attachment/);
    expect((await read({}, "?name=page.exe&inline=1")).headers["content-type"]).toBe(
      "application/octet-stream",
    );
  });

  it("that are not there, or no digest, are problems", async () => {
    expect(problemIn(await client.get(`${API}/artifacts/${"0".repeat(64)}`)).status).toBe(404);
    expect(problemIn(await client.get(`${API}/artifacts/..%2f..%2fswarm.db`)).status).toBe(422);
    expect(problemIn(await client.get(`${API}/artifacts/${sha256.toUpperCase()}`)).status).toBe(422);
  });
});

describe("uploads", () => {
  const upload = (body: string, name = "x.csv", type = "application/octet-stream") =>
    client.ask("POST", `${API}/datasets?name=${encodeURIComponent(name)}`, {
      headers: { "content-type": type },
      body,
    });

  it("are read and described, so that a target can be chosen", async () => {
    const answer = await upload("a,b\n1,x\n2,y\n3,\n");
    expect(answer.json()).toMatchObject({
      rows: 3,
      bytes: 15,
      columns: [{ name: "a" }, { name: "b", missing: 1 }],
    });
    const { sha256 } = answer.json() as { sha256: string };
    expect(sha256).toBe(createHash("sha256").update("a,b\n1,x\n2,y\n3,\n").digest("hex"));
  });

  it.each([
    ["an empty file", "", "x.csv", "application/octet-stream", 422],
    ["what is no table", "\0\0\0\0", "x.parquet", "application/octet-stream", 422],
    ["a form", "--x", "x.csv", "multipart/form-data; boundary=x", 415],
    ["JSON", "{}", "x.csv", "application/json", 415],
    ["a name that is too long", "a\n1\n", "x".repeat(256), "application/octet-stream", 422],
  ])("refuse %s", async (_, body, name, type, status) => {
    expect(problemIn(await upload(body, name, type)).status).toBe(status);
  });

  it("refuse what is announced as too large before it comes", async () => {
    const { status } = await rawRequest(server.url, {
      method: "POST",
      path: `${API}/datasets?name=x.csv`,
      headers: { host: new URL(server.url).host, "content-length": String(600 * 1024 * 1024) },
      body: "a,b\n",
    });
    expect(status).toBe(413);
  });
});

describe("the shelf", () => {
  it.each(["agents", "tools", "workflows"])("lists the %s", async (what) => {
    const { items } = await page(`${API}/${what}`);
    expect(items.length).toBeGreaterThan(2);
  });
});

describe.runIf(hasOpenApiValidator())("all these answers", () => {
  it("are what the server's own document says", async () => {
    const document = (await client.get(`${API}/openapi.json`)).json();
    const { checked, problems } = checkDocumented(document, client.exchanges);
    expect(problems).toEqual([]);
    expect(checked).toBeGreaterThan(60);
  });

  it("would be found out otherwise", async () => {
    const document = (await client.get(`${API}/openapi.json`)).json();
    const wrong = {
      method: "GET",
      path: `${API}/pipelines`,
      status: 200,
      type: "application/json",
      body: '{"items":[1]}',
    };
    expect(checkDocumented(document, [wrong]).problems.join()).toContain("'total' is a required property");
  });
});

it("no request of these was a defect", () => {
  expect(server.told).toEqual([]);
});
