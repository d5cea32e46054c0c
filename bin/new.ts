// `npm run new -- tool <group>/<name>` writes the files of a recipe in CONTRIBUTING.md and the line that registers them.
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Team } from "#core/contract/agent-manifest.ts";
import { ToolGroup, ToolName } from "#core/contract/tool-definition.ts";

const USAGE = `npm run new -- tool <group>/<name>       ${ToolGroup.options.join(", ")}
npm run new -- agent <team>/<id>         ${Team.options.join(", ")}
npm run new -- guardrail <category>/<id>
Other recipes (provider, router, workflow, event type) are in CONTRIBUTING.md.`;

/** What was written, or why nothing was. Never overwrites a file. */
export type Written = { ok: true; files: string[]; next: string } | { ok: false; problem: string };

export async function writeRecipe(
  root: string,
  kind: string | undefined,
  place: string | undefined,
): Promise<Written> {
  const [folder = "", name = "", ...rest] = (place ?? "").split("/");
  if (kind === undefined || folder === "" || name === "" || rest.length > 0)
    return { ok: false, problem: USAGE };
  switch (kind) {
    case "tool":
      return newTool(root, folder, name);
    case "agent":
      return newAgent(root, folder, name);
    case "guardrail":
      return newGuardrail(root, folder, name);
    default:
      return { ok: false, problem: `there is no recipe ${kind}.\n${USAGE}` };
  }
}

async function newTool(root: string, group: string, name: string): Promise<Written> {
  if (!ToolGroup.safeParse(group).success) {
    return {
      ok: false,
      problem: `there is no tool group ${group}; there are ${ToolGroup.options.join(", ")}`,
    };
  }
  const toolName = name.replaceAll("-", "_");
  if (!ToolName.safeParse(toolName).success)
    return { ok: false, problem: `${name} is no tool name; use words like measure_size` };
  const file = toolName.replaceAll("_", "-");
  const variable = toolName.replaceAll(/_(\w)/g, (_match, letter: string) => letter.toUpperCase());
  const index = join(root, "tools/index.ts");
  const listed = await readFile(index, "utf8");
  const registered = listed
    .replace(
      /\n\n\/\*\* Every tool/,
      `\nimport { ${variable} } from "./${group}/${file}.ts";\n\n/** Every tool`,
    )
    .replace(/\n\];/, `\n  ${variable},\n];`);
  if (registered === listed)
    return {
      ok: false,
      problem: "tools/index.ts has changed its form; add the tool by hand as CONTRIBUTING.md says",
    };
  return write(root, {
    files: {
      [`tools/${group}/${file}.ts`]: toolSource({ group, toolName, variable }),
      [`tools/${group}/${file}.test.ts`]: toolTest({ toolName, variable, file }),
    },
    replace: { "tools/index.ts": registered },
    next: `fill in tools/${group}/${file}.ts, then name ${toolName} in the tools of the agents that may call it`,
  });
}

const toolSource = ({
  group,
  toolName,
  variable,
}: {
  group: string;
  toolName: string;
  variable: string;
}): string => `import { z } from "zod";
import { defineTool } from "#core/contract/tool-definition.ts";

export const ${variable} = defineTool({
  name: "${toolName}",
  group: "${group}",
  description: "Say what it does, when to use it and what comes back: models read this.",
  input: z.strictObject({ text: z.string().min(1) }),
  output: z.strictObject({ characters: z.number().int() }),
  effect: "none",
  repeat: "safe",
  parallel: true,
  timeoutMs: 10_000,
  run({ text }) {
    return Promise.resolve({ ok: true, output: { characters: text.length } });
  },
});
`;

/** A value of its own, so that the architecture test does not take the written text for an import of this file. */
const TOOL_CONTEXT = "#core/testing/tool-context.ts";

const toolTest = ({
  toolName,
  variable,
  file,
}: {
  toolName: string;
  variable: string;
  file: string;
}): string => `import { describe, expect, it } from "vitest";
import { createTestToolContext } from "${TOOL_CONTEXT}";
import { ${variable} } from "./${file}.ts";

describe("${toolName}", () => {
  it("counts characters", async () => {
    const outcome = await ${variable}.run({ text: "four" }, createTestToolContext());
    expect(outcome).toMatchObject({ ok: true, output: { characters: 4 } });
  });
});
`;

async function newAgent(root: string, team: string, id: string): Promise<Written> {
  if (!Team.safeParse(team).success) {
    return { ok: false, problem: `there is no team ${team}; there are ${Team.options.join(", ")}` };
  }
  if (!/^[a-z][a-z0-9_]{1,60}$/.test(id))
    return { ok: false, problem: `${id} is no agent id; use lower-case words joined by _` };
  const manifest = `id: ${id}
version: 1.0.0
team: ${team}
tier: worker
description: One sentence that other agents choose it by.
model:
  tier: standard
tools: []
playbook:
  rules:
    - finish: "\${task}"
`;
  const prompt = `# ${id.replaceAll("_", " ")}

Say who it is.

## What it is given

## How it works

## What good looks like

## When to stop

## When to leave it to a person
`;
  return write(root, {
    files: { [`agents/${team}/${id}.agent.yaml`]: manifest, [`agents/${team}/${id}.prompt.md`]: prompt },
    replace: {},
    next: `write the prompt and the playbook, name ${id} in somebody's delegatesTo, then: npx swarm agents show ${id}`,
  });
}

async function newGuardrail(root: string, category: string, id: string): Promise<Written> {
  if (!/^[a-z][a-z0-9-]*$/.test(id))
    return { ok: false, problem: `${id} is no guardrail id; use lower-case words joined by -` };
  const name = id.replaceAll(/(^|-)(\w)/g, (_match, _dash, letter: string) => letter.toUpperCase());
  const folder = `guardrails/${category}/${id}`;
  return write(root, {
    files: {
      [`${folder}/guardrail.yaml`]: `id: ${id}
code: G99
category: ${category}
description: One sentence that says what it stops.
points: [POST_TOOL]
priority: 50
invariant: false
`,
      [`${folder}/enforce.ts`]: `import { z } from "zod";
import type { GuardrailManifest } from "#core/contract/guardrail.ts";
import type { AnyHookHandler } from "#core/contract/hook.ts";

export const ${name}Config = z.strictObject({});

export function create${name}Guardrail(
  manifest: GuardrailManifest,
  _config: z.output<typeof ${name}Config>,
): AnyHookHandler[] {
  return [
    {
      id: manifest.id,
      point: "POST_TOOL",
      owner: manifest.id,
      priority: manifest.priority,
      invariant: manifest.invariant,
      timeoutMs: 1000,
      handle: () => ({ outcome: "allow" }),
    },
  ];
}
`,
      [`${folder}/redteam.jsonl`]: `{"id":"harmless","payload":{"tool":"any","output":"text","isError":false},"outcome":"allow"}\n`,
    },
    replace: {},
    next: `write enforce.ts and its test, add rows to redteam.jsonl, then a line in api/boot/load-guardrails.ts`,
  });
}

async function write(
  root: string,
  recipe: { files: Record<string, string>; replace: Record<string, string>; next: string },
): Promise<Written> {
  const taken = Object.keys(recipe.files).find((file) => existsSync(join(root, file)));
  if (taken !== undefined) return { ok: false, problem: `${taken} is there already; nothing was written` };
  for (const [file, content] of Object.entries({ ...recipe.files, ...recipe.replace })) {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), content);
  }
  return {
    ok: true,
    files: [...Object.keys(recipe.files), ...Object.keys(recipe.replace)],
    next: recipe.next,
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const written = await writeRecipe(
    fileURLToPath(new URL("../", import.meta.url)),
    process.argv[2],
    process.argv[3],
  );
  if (written.ok)
    console.log(`${written.files.map((file) => `wrote ${file}`).join("\n")}\nnext: ${written.next}`);
  else {
    console.error(written.problem);
    process.exitCode = 2;
  }
}
