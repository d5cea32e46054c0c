// Records the scenarios: `npx node test/histories/record.ts 2026-11`. A set is recorded once for each version of the
// event schemas and never changed afterwards: it proves that what was written then is still read.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { foldRun } from "#core/events/fold-run.ts";
import { scenarios } from "./scenarios.ts";
import { stateJson } from "./state-json.ts";

const name = process.argv[2];
if (name === undefined) throw new Error("give the set a name, like 2026-11");
const folder = new URL(`${name}/`, import.meta.url);
if (existsSync(folder)) throw new Error(`${name} is recorded already; recorded histories do not change`);
mkdirSync(folder);
for (const [scenario, play] of Object.entries(scenarios)) {
  const events = await play();
  const lines = events.map((event) => JSON.stringify(event)).join("\n");
  writeFileSync(new URL(`${scenario}.events.jsonl`, folder), `${lines}\n`);
  writeFileSync(new URL(`${scenario}.state.json`, folder), `${JSON.stringify(stateJson(foldRun(events)))}\n`);
  console.log(`${scenario}: ${events.length} events`);
}
