import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse, stringify } from "yaml";
import { Workflow } from "#core/contract/workflow.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

const herald = {
  id: "herald",
  version: "1.0.0",
  team: "quality",
  tier: "worker",
  description: "Tells people outside what happens.",
  tools: ["post_notice", "write_letter"],
  playbook: {
    rules: [
      { call: "post_notice", with: { text: "${inputs.stage}" } },
      { when: "inputs.stage == 'tell_end'", call: "write_letter", with: { text: "The model is ready." } },
      { finish: "${default(last.error.message, 'People were told.')}" },
    ],
  },
};

/** How much of the job a crash test does. */
export interface CrashJob {
  /** The image holds Node's own files. They are most of a small run's time. */
  withRuntimeLayer: boolean;
  /** The stages behind the last gate: documents, image, signatures. */
  withDocuments: boolean;
}

/**
 * Writes a shelf: the shipped agents and one who has effects outside, and the shipped workflow with a stage of his
 * in the middle and one at the end. The last one stands behind the documents, which show what was decided at gates:
 * an interrupted letter is such a decision.
 */
export function writeCrashShelf(folder: string, job: CrashJob): { workflow: string } {
  cpSync(join(root, "agents"), join(folder, "agents"), { recursive: true });
  const team = join(folder, "agents/quality");
  writeFileSync(join(team, "herald.agent.yaml"), stringify(herald));
  writeFileSync(join(team, "herald.prompt.md"), "You tell people outside what happens.\n");
  if (!job.withRuntimeLayer) leaveOutRuntime(join(folder, "agents/deployment/model_packager.agent.yaml"));
  const workflow = crashWorkflow(job);
  mkdirSync(join(folder, "workflows"));
  writeFileSync(join(folder, "workflows/told_model.workflow.yaml"), stringify(workflow));
  return { workflow: workflow.id };
}

function crashWorkflow({ withDocuments }: CrashJob): Workflow {
  const path = join(root, "lib/workflows/governed_model.workflow.yaml");
  const shipped = Workflow.parse(parse(readFileSync(path, "utf8")));
  const stage = (id: string): Workflow["nodes"][number] => ({
    id,
    type: "stage",
    agent: herald.id,
    objective: "Tell people outside.",
    expects: ["notice"],
    join: "any",
  });
  const left = shipped.nodes.filter(({ id }) => withDocuments || (id !== "document" && id !== "ship"));
  return {
    ...shipped,
    id: "told_model",
    start: "prepare",
    nodes: [
      ...left.map((node) =>
        // The gate cannot show a card that nobody wrote.
        node.id === "deploy_gate" && node.type === "checkpoint" && !withDocuments
          ? { ...node, shows: node.shows.filter((fact) => fact !== "card") }
          : node,
      ),
      stage("tell_start"),
      stage("tell_end"),
    ],
    edges: [
      { from: "prepare", to: "tell_start", priority: 0 },
      ...shipped.edges.flatMap((edge) => {
        if (edge.from === "prepare") return [{ ...edge, from: "tell_start" }];
        if (withDocuments) return [edge];
        if (edge.to === "document") return [{ ...edge, to: "deploy_gate" }];
        if (edge.from === "document") return [];
        return edge.to === "ship" ? [{ ...edge, to: "tell_end" }] : [edge];
      }),
      ...(withDocuments ? [{ from: "ship", to: "tell_end", priority: 0 }] : []),
    ],
  };
}

function leaveOutRuntime(path: string): void {
  const text = readFileSync(path, "utf8");
  const call = "call: package_model\n      with:\n";
  if (!text.includes(call)) throw new Error(`${path} calls package_model in another way now`);
  writeFileSync(path, text.replace(call, `${call}        runtime: none\n`));
}
