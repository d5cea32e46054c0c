import { z } from "zod";
import { fail, ok, type Result } from "#core/contract/failure.ts";
import { Workflow } from "#core/contract/workflow.ts";
import { buildWorkflowGraph, type WorkflowGraph } from "#core/workflow/workflow-graph.ts";
import { filesBelow, manifestText } from "./manifest-files.ts";
import { readManifest } from "./read-manifest.ts";

const DetailsPath = z.object({ path: z.array(z.union([z.string(), z.number()])) });

/** Loads every `*.workflow.yaml` below the folders; a mistake names file and line. */
export async function loadWorkflows(
  folders: readonly string[],
  options: { agents: readonly string[] },
): Promise<Result<WorkflowGraph[]>> {
  const graphs: WorkflowGraph[] = [];
  for (const folder of folders) {
    for (const path of await filesBelow(folder, ".workflow.yaml")) {
      const graph = await loadWorkflow(path, options);
      if (!graph.ok) return graph;
      graphs.push(graph.value);
    }
  }
  const ids = graphs.map((graph) => graph.workflow.id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined)
    return fail("invalid-input", `two workflow files have the id ${twice}; rename one`);
  return ok(graphs);
}

/** Loads and checks one workflow file. */
export async function loadWorkflow(
  path: string,
  options: { agents: readonly string[] },
): Promise<Result<WorkflowGraph>> {
  const { text, file } = await manifestText(path);
  const read = readManifest(text, { file, schema: Workflow });
  if (!read.ok) return read;
  const graph = buildWorkflowGraph(read.value.value, options);
  if (graph.ok) return graph;
  const where = DetailsPath.safeParse(graph.failure.details);
  const place = where.success ? read.value.place(where.data.path) : file;
  return fail("invalid-input", `${place}: ${graph.failure.message}`, { details: { file } });
}
