// What packaging a model costs, the bundled runtime included: medians of interleaved rounds, wall and CPU, beside hashing
// the same bytes once, and how long the thread was held at a time. `npx node test/bench/package-model.ts [rounds]`.
import { createHash } from "node:crypto";
import { createPackageModel } from "#tools/deployment/package-model.ts";
import { sampleModels } from "#tools/deployment/sample-model.testing.ts";
import { createRunFolder } from "../packaging/run-folder.ts";
import { longestBursts } from "./longest-burst.ts";

const rounds = Number(process.argv[2] ?? 5);

interface Cost {
  wall: number;
  cpu: number;
}

async function costOf<Value>(work: () => Promise<Value>): Promise<{ value: Value; cost: Cost }> {
  const before = process.cpuUsage();
  const startedAt = performance.now();
  const value = await work();
  const wall = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(before);
  return { value, cost: { wall, cpu: (user + system) / 1e6 } };
}

const median = (values: readonly number[]): number =>
  values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
const medians = (costs: readonly Cost[]): Cost => ({
  wall: median(costs.map(({ wall }) => wall)),
  cpu: median(costs.map(({ cpu }) => cpu)),
});

const packed: Cost[] = [];
const hashed: Cost[] = [];
const held: number[] = [];
let bytes = 0;
for (let round = 0; round < rounds; round += 1) {
  const folder = await createRunFolder();
  try {
    const model = await folder.context.seedArtifact(JSON.stringify(sampleModels.binary));
    const tool = createPackageModel();
    const { value, cost } = await costOf(() =>
      longestBursts(() => tool.run(tool.input.parse({ model, name: "credit" }), folder.context)),
    );
    if (!value.value.ok) throw new Error(value.value.failure.message);
    packed.push(cost);
    held.push(value.bursts.processor);
    bytes = folder.context.kept.reduce((sum, artifact) => sum + artifact.bytes, 0);
    const floor = await costOf(async () => {
      for (const { sha256 } of folder.context.kept)
        createHash("sha256")
          .update(await folder.context.artifacts.read(sha256))
          .digest();
    });
    hashed.push(floor.cost);
  } finally {
    await folder.remove();
  }
}

const line = (name: string, { wall, cpu }: Cost): string =>
  `${name.padEnd(24)} wall ${wall.toFixed(2).padStart(6)} s  cpu ${cpu.toFixed(2).padStart(6)} s  ${(cpu / medians(hashed).cpu).toFixed(1)} x hashing`;
console.log(`${(bytes / 1e6).toFixed(1)} MB, median of ${rounds} rounds`);
console.log(line("hash the bytes once", medians(hashed)));
console.log(line("package_model", medians(packed)));
console.log(`longest hold of the thread: ${median(held).toFixed(1)} ms of processor`);
