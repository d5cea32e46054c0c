// What one row costs over a keep-alive connection to a packaged model's server: p50 and p99 of /predict with and without
// an explanation, and of the Open Inference Protocol, beside the floor: an echo by node:http alone in the same run.
// `npx node test/bench/serve-model.ts [requests]`.
import { mkdtemp, rm } from "node:fs/promises";
import { Agent, createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { frameFromRows } from "#lib/ml/frame/frame-rows.ts";
import { trainModel } from "#lib/ml/learn/train-model.ts";
import { encodeModel } from "#lib/ml/model/encode-model.ts";
import { createPackageModel } from "#tools/deployment/package-model.ts";
import { runOutside } from "../packaging/outside-tool.ts";
import { createRunFolder } from "../packaging/run-folder.ts";
import { startServing } from "../packaging/serving-process.ts";

const count = Number(process.argv[2] ?? 2000);
const WARM_UP = 300;
const FEATURES = 20;

const rows = Array.from({ length: 5000 }, (_, row) => {
  const numbers = Array.from({ length: FEATURES }, (__, index) => [
    `number${index}`,
    ((row * (7919 + 104 * index)) % 1000) / 10,
  ]);
  const fields: Record<string, unknown> = Object.fromEntries(numbers);
  const total = Number(fields.number0) + Number(fields.number1) - Number(fields.number2);
  return { ...fields, place: `place ${row % 37}`, outcome: total + (row % 37) > 70 ? "yes" : "no" };
});
const { outcome: _outcome, ...row } = rows[17]!;

/** Milliseconds per request, one after the other over one connection. */
async function measure(url: string, body: unknown): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const bytes = Buffer.from(JSON.stringify(body));
  const times: number[] = [];
  for (let index = 0; index < count + WARM_UP; index += 1) {
    const before = performance.now();
    await new Promise<void>((resolve, reject) => {
      const sent = request(
        url,
        { method: "POST", agent, headers: { "content-length": bytes.length } },
        (answer) => {
          if (answer.statusCode !== 200) reject(new Error(`${url} answered ${answer.statusCode}`));
          answer.resume().on("end", resolve);
        },
      );
      sent.on("error", reject).end(bytes);
    });
    if (index >= WARM_UP) times.push(performance.now() - before);
  }
  agent.destroy();
  return times.toSorted((left, right) => left - right);
}

const training = frameFromRows(rows);
const { model } = trainModel({ training, target: "outcome", algorithm: "gradient-boosting", seed: 1 });
const folder = await createRunFolder();
const unpacked = await mkdtemp(join(tmpdir(), "swarm-serve-bench-"));
const echo = createServer((incoming, response) => {
  const chunks: Buffer[] = [];
  incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
  incoming.on("end", () => response.end(Buffer.concat(chunks)));
});
try {
  const digest = await folder.context.seedArtifact(encodeModel(model));
  const tool = createPackageModel();
  const packed = await tool.run(tool.input.parse({ model: digest, runtime: "none" }), folder.context);
  if (!packed.ok) throw new Error(packed.failure.message);
  await runOutside("tar", ["-xf", join(folder.path, "container/app.tar"), "-C", unpacked]);
  const server = await startServing([process.execPath, join(unpacked, "app/serving/serve.ts")]);
  await new Promise<void>((resolve) => echo.listen(0, "127.0.0.1", resolve));
  const { port } = echo.address() as AddressInfo; // it listens on a port, so this is no pipe's name
  const inputs = Object.entries(row).map(([name, value]) => ({
    name,
    datatype: typeof value === "number" ? "FP64" : "BYTES",
    shape: [1],
    data: [value],
  }));
  const cases = [
    ["floor: node:http echo", `http://127.0.0.1:${port}/`, { rows: [row] }],
    ["/predict", `${server.url}/predict`, { rows: [row] }],
    ["/v2 infer", `${server.url}/v2/models/model/infer`, { inputs }],
    ["/predict, explained", `${server.url}/predict`, { rows: [row], explain: true }],
  ] as const;
  console.log(`one row of ${Object.keys(row).length} fields, 100 trees of 31 leaves, ${count} requests each`);
  for (const [name, url, body] of cases) {
    const times = await measure(url, body);
    const at = (share: number) => (times[Math.floor(share * (times.length - 1))] ?? Number.NaN).toFixed(2);
    console.log(`${name.padEnd(24)} p50 ${at(0.5).padStart(6)} ms  p99 ${at(0.99).padStart(6)} ms`);
  }
  await server.stop();
} finally {
  echo.close();
  await folder.remove();
  await rm(unpacked, { recursive: true, force: true });
}
