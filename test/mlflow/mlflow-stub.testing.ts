import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** What a stub of the tracking server was sent. */
export interface HeardRequest {
  path: string;
  authorization: string | undefined;
  body: string;
}

type Reply = { status: number; body: unknown } | "hang" | "cut";

/** A stand-in for a tracking server: answers as one, or as `misbehave` says by path and count of calls to it. */
export async function startMlflowStub(misbehave: (path: string, count: number) => Reply | undefined) {
  const heard: HeardRequest[] = [];
  const counts = new Map<string, number>();
  const runs: string[] = [];
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const path = (request.url ?? "").split("?")[0]?.replace("/api/2.0/", "") ?? "";
      heard.push({ path, authorization: request.headers.authorization, body });
      const count = (counts.get(path) ?? 0) + 1;
      counts.set(path, count);
      // The run exists even where its answer gets lost.
      if (path === "mlflow/runs/create") runs.push(`run${runs.length + 1}`);
      const reply = misbehave(path, count) ?? usual(path, runs);
      if (reply === "hang") return;
      if (reply === "cut") {
        response.destroy();
        return;
      }
      response.writeHead(reply.status, { "content-type": "application/json" });
      response.end(JSON.stringify(reply.body));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo; // a TCP server has a port
  return {
    url: `http://127.0.0.1:${port}`,
    heard,
    runs,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function usual(path: string, runs: readonly string[]): Reply {
  const info = (id: string) => ({
    info: { run_id: id, artifact_uri: `mlflow-artifacts:/1/${id}/artifacts` },
  });
  if (path === "mlflow/experiments/get-by-name")
    return { status: 200, body: { experiment: { experiment_id: "1" } } };
  if (path === "mlflow/runs/search") return { status: 200, body: { runs: runs.slice(0, 1).map(info) } };
  if (path === "mlflow/runs/create") return { status: 200, body: { run: info(runs.at(-1) ?? "") } };
  return { status: 200, body: {} };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer); // no encoding was set
  return Buffer.concat(pieces).toString("utf8");
}
