import { describe, expect, it } from "vitest";
import { artifactUrl, createClient } from "./client.ts";

function answering(answer: () => Response | Promise<Response>) {
  const asked: { url: string; init: RequestInit | undefined }[] = [];
  const client = createClient({
    async fetch(url, init) {
      asked.push({ url, init });
      return answer();
    },
  });
  return { client, asked };
}

const json = (body: unknown, status = 200): Response => Response.json(body, { status });

describe("createClient", () => {
  it("asks at the documented addresses and parses what comes back", async () => {
    const { client, asked } = answering(() => json({ items: [], total: 0, limit: 50, offset: 50 }));
    const runs = await client.listRuns({ status: "waiting", limit: 50, offset: 50 });
    expect(runs).toEqual({ ok: true, value: { items: [], total: 0, limit: 50, offset: 50 } });
    expect(asked[0]?.url).toBe("/api/v1/pipelines?status=waiting&limit=50&offset=50");
  });

  it("gives a problem document's words and code, which say what to do", async () => {
    const problem = {
      type: "urn:swarm:problem:gate-input-changed",
      title: "x",
      status: 412,
      detail: "what the gate stands before has changed; look again",
      ok: false,
      error: { code: "gate-input-changed", message: "m" },
    };
    const { client, asked } = answering(() => json(problem, 412));
    const decided = await client.decideGate("gate_1", { decision: "approved", inputHash: "a".repeat(64) });
    expect(decided).toEqual({
      ok: false,
      failure: { code: "gate-input-changed", message: problem.detail, status: 412 },
    });
    const body = asked[0]?.init?.body;
    expect(typeof body === "string" ? JSON.parse(body) : body).toEqual({
      decision: "approved",
      inputHash: "a".repeat(64),
    });
  });

  it("tells a server that does not answer from one that answers nonsense", async () => {
    const away = answering(() => Promise.reject(new TypeError("fetch failed")));
    expect(await away.client.health()).toMatchObject({ failure: { code: "unreachable", status: 0 } });
    const odd = answering(() => json({ status: "fine" }));
    expect(await odd.client.health()).toMatchObject({
      failure: { code: "unreadable", message: expect.stringContaining("status") },
    });
    const page = answering(() => new Response("<html>", { status: 502 }));
    expect(await page.client.health()).toMatchObject({ failure: { code: "unreadable", status: 502 } });
  });

  it("lets an aborted request be seen as such", async () => {
    const controller = new AbortController();
    controller.abort();
    const { client } = answering(() => Promise.reject(new DOMException("aborted", "AbortError")));
    await expect(client.health(controller.signal)).rejects.toThrow("aborted");
  });

  it("uploads a file's bytes under its name", async () => {
    const upload = { sha256: "a", name: "my data.csv", bytes: 3, rows: 1, columns: [] };
    const { client, asked } = answering(() => json(upload, 201));
    const file = new File(["a\n1"], "my data.csv");
    expect(await client.uploadDataset(file)).toEqual({ ok: true, value: upload });
    expect(asked[0]).toMatchObject({ url: "/api/v1/datasets?name=my%20data.csv", init: { body: file } });
  });

  it("knows from the answer's headers whether an artifact may be shown in place", async () => {
    const as = (disposition: string) =>
      answering(() => new Response(null, { headers: { "content-disposition": disposition } })).client;
    expect(await as("inline; filename=a.html").isShownInline("0", "a.html")).toEqual({
      ok: true,
      value: true,
    });
    expect(await as("attachment").isShownInline("0", "a.html")).toEqual({ ok: true, value: false });
  });
});

describe("artifactUrl", () => {
  it("names the file without its folders", () => {
    expect(artifactUrl("ab", "charts/roc curve.svg", { inline: true })).toBe(
      "/api/v1/artifacts/ab?name=roc+curve.svg&inline=1",
    );
  });
});
