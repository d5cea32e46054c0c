import { Problem } from "#api/contract/problem.ts";
import { PipelineDetail, StartedPipeline } from "#api/contract/pipeline.ts";

/** One request and its answer, as they went over the wire. */
export interface Exchange {
  method: string;
  path: string;
  status: number;
  type: string;
  body: string;
}

export interface Answer extends Exchange {
  headers: Headers;
  json(): unknown;
}

/** Asks a server and keeps what it answered, for the comparison with the server's own document. */
export interface TestClient {
  exchanges: Exchange[];
  ask(method: string, path: string, init?: Omit<RequestInit, "method">): Promise<Answer>;
  get(path: string): Promise<Answer>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
}

export function createTestClient(url: string): TestClient {
  const exchanges: Exchange[] = [];
  const ask: TestClient["ask"] = async (method, path, init = {}) => {
    const response = await fetch(`${url}${path}`, { redirect: "manual", ...init, method });
    const exchange = {
      method,
      path,
      status: response.status,
      type: response.headers.get("content-type") ?? "",
      body: await response.text(),
    };
    exchanges.push(exchange);
    return { ...exchange, headers: response.headers, json: () => JSON.parse(exchange.body) as unknown };
  };
  return {
    exchanges,
    ask,
    get: (path) => ask("GET", path),
    post: (path, body, headers = {}) =>
      ask("POST", path, {
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify(body),
      }),
  };
}

/** The problem document of a refusal; throws when the answer is none, or says another status than it has. */
export function problemIn(answer: Answer): Problem {
  if (answer.type !== "application/problem+json")
    throw new Error(`${answer.status} ${answer.type} is no problem`);
  const problem = Problem.parse(answer.json());
  if (problem.status !== answer.status) throw new Error(`${answer.status} speaks of ${problem.status}`);
  if (/\bat .*\.ts:\d|node_modules/.test(answer.body)) throw new Error(`a stack went out: ${answer.body}`);
  return problem;
}

/** Starts a run that must be accepted. */
export async function startRun(client: TestClient, body: unknown): Promise<string> {
  const answer = await client.post("/api/v1/pipelines", body);
  if (answer.status !== 202) throw new Error(`${answer.status} ${answer.body}`);
  return StartedPipeline.parse(answer.json()).runId;
}

/** Looks at a run until it is as wanted. The test's own time limit ends a vain wait. */
export async function runThat(
  client: TestClient,
  runId: string,
  isWanted: (run: PipelineDetail) => boolean,
): Promise<PipelineDetail> {
  for (;;) {
    const response = await client.get(`/api/v1/pipelines/${runId}`);
    const run = PipelineDetail.parse(response.json());
    if (isWanted(run)) return run;
    if (/^(succeeded|failed|cancelled)$/.test(run.status)) {
      throw new Error(`the run ended otherwise: ${run.status} ${run.failure?.message ?? ""}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
