import { readFile } from "node:fs/promises";
import { type Agent, AgentManifest } from "#core/contract/agent-manifest.ts";
import { fail, ok, type Result } from "#core/contract/failure.ts";
import { hashOfJson } from "#core/events/hash.ts";
import { nearestName } from "#core/registry/nearest-name.ts";
import { filesBelow, manifestText } from "./manifest-files.ts";
import { type ReadManifest, readManifest } from "./read-manifest.ts";

/** May hand work to: a director to coordinators and workers, a coordinator to workers, a worker to nobody. */
const mayDelegateTo = { director: ["coordinator", "worker"], coordinator: ["worker"], worker: [] } as const;

interface LoadedAgent {
  agent: Agent;
  source: ReadManifest<AgentManifest>;
}

/**
 * Loads every `*.agent.yaml` below a folder with the `.prompt.md` of the same name beside it, and checks the team
 * as a whole: known tools, known delegates, handovers only downwards. The first mistake is a failure that names
 * file and line.
 */
export async function loadAgents(
  folder: string,
  options: { tools: readonly string[] },
): Promise<Result<Agent[]>> {
  const loaded: LoadedAgent[] = [];
  for (const path of await filesBelow(folder, ".agent.yaml")) {
    const one = await loadAgent(path);
    if (!one.ok) return one;
    loaded.push(one.value);
  }
  const byId = new Map(loaded.map(({ agent }) => [agent.manifest.id, agent.manifest]));
  if (byId.size !== loaded.length) {
    const twice = loaded.find(
      (one, index) =>
        loaded.findIndex((other) => other.agent.manifest.id === one.agent.manifest.id) !== index,
    );
    return fail(
      "invalid-input",
      `${twice?.source.place(["id"]) ?? folder}: the agent id ${twice?.agent.manifest.id ?? "?"} is used twice`,
    );
  }
  for (const { agent, source } of loaded) {
    const { manifest } = agent;
    for (const [index, tool] of manifest.tools.entries()) {
      if (options.tools.includes(tool)) continue;
      return unknown(source.place(["tools", index]), "tool", { name: tool, known: options.tools });
    }
    for (const [index, target] of manifest.delegatesTo.entries()) {
      const at = source.place(["delegatesTo", index]);
      const delegate = byId.get(target);
      if (delegate === undefined) return unknown(at, "agent", { name: target, known: [...byId.keys()] });
      const allowed: readonly string[] = mayDelegateTo[manifest.tier];
      if (!allowed.includes(delegate.tier)) {
        return fail(
          "invalid-input",
          `${at}: ${manifest.id} is a ${manifest.tier} and may not hand work to ${target}, a ${delegate.tier}; work goes down from director to coordinator to worker`,
        );
      }
    }
  }
  return ok(loaded.map(({ agent }) => agent));
}

async function loadAgent(path: string): Promise<Result<LoadedAgent>> {
  const { text, file } = await manifestText(path);
  const read = readManifest(text, { file, schema: AgentManifest });
  if (!read.ok) return read;
  const promptPath = path.replace(/\.agent\.yaml$/, ".prompt.md");
  let prompt: string;
  try {
    prompt = (await readFile(promptPath, "utf8")).trim();
  } catch {
    return fail(
      "invalid-input",
      `${file}: its prompt is missing; write it in ${file.replace(/\.agent\.yaml$/, ".prompt.md")}`,
    );
  }
  const manifest = read.value.value;
  return ok({ agent: { manifest, prompt, hash: hashOfJson({ manifest, prompt }) }, source: read.value });
}

function unknown(
  at: string,
  noun: string,
  what: { name: string; known: readonly string[] },
): ReturnType<typeof fail> {
  const nearest = nearestName(what.name, what.known);
  return fail(
    "invalid-input",
    `${at}: there is no ${noun} ${what.name}${nearest === undefined ? "" : `; did you mean ${nearest}?`}`,
  );
}
