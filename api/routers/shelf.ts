import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { AgentView, ToolView, WorkflowRow } from "../contract/shelf.ts";
import { type ApiContext, createRouter, json, problems } from "./api-context.ts";

const items = <Row extends z.ZodType>(row: Row) => z.object({ items: z.array(row) });
const get = <Path extends string, Schema extends z.ZodType>(path: Path, summary: string, schema: Schema) =>
  createRoute({
    method: "get",
    path,
    tags: ["shelf"],
    summary,
    responses: { 200: json(schema, summary), ...problems },
  });

const agents = get("/agents", "The agents", items(AgentView));
const tools = get("/tools", "The typed tools", items(ToolView));
const workflows = get("/workflows", "The workflows", items(WorkflowRow));

export function shelfRouter(api: ApiContext): OpenAPIHono {
  const { runtime } = api.opened;
  const router = createRouter();
  router.openapi(agents, (context) =>
    context.json(
      {
        items: runtime.agents.list().map(({ manifest, hash }) => ({
          id: manifest.id,
          version: manifest.version,
          team: manifest.team,
          tier: manifest.tier,
          description: manifest.description,
          modelTier: manifest.model.tier,
          tools: manifest.tools,
          delegatesTo: manifest.delegatesTo,
          hash,
        })),
      },
      200,
    ),
  );
  router.openapi(tools, (context) =>
    context.json(
      {
        items: runtime.tools
          .list()
          .filter(({ definition }) => definition.group !== "delegation")
          .map(({ definition, offer, outputSchema }) => ({
            name: definition.name,
            group: definition.group,
            description: definition.description,
            effect: definition.effect,
            repeat: definition.repeat,
            input: offer.inputSchema,
            output: outputSchema,
          })),
      },
      200,
    ),
  );
  router.openapi(workflows, (context) =>
    context.json(
      {
        items: runtime.workflows.list().map(({ workflow, hash }) => ({
          id: workflow.id,
          version: workflow.version,
          description: workflow.description,
          nodes: workflow.nodes.length,
          hash,
        })),
      },
      200,
    ),
  );
  return router;
}
