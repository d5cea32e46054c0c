import { z } from "zod";
import type { ArtifactKind } from "#core/contract/artifact.ts";
import type { JsonObject } from "#core/contract/json.ts";
import type { ToolContext, ToolDefinition } from "#core/contract/tool-definition.ts";

type Group = ToolDefinition["group"];
type Effect = ToolDefinition["effect"];

/** One tool that only pretends: how long it seems to work, and what it answers. */
export interface Stage {
  name: string;
  group: Group;
  effect?: Effect;
  repeat?: ToolDefinition["repeat"];
  description: string;
  /** Milliseconds of pretended work. */
  work: number;
  input: z.ZodRawShape;
  run: (input: JsonObject, context: ToolContext, state: DemoState) => Promise<Finding>;
}
export type Finding = { output: JsonObject; facts: JsonObject } | { fail: string };

/** What the pretended run has come to. */
export interface DemoState {
  isMitigated: boolean;
  validations: number;
}

export const text = z.string().min(1).max(300);
export const digest = z.string().regex(/^[0-9a-f]{64}$/, "64 lowercase hex digits");

export const keep = async (
  context: ToolContext,
  name: string,
  kind: ArtifactKind,
  content: unknown,
  inputs: string[] = [],
): Promise<string> => {
  const isText = typeof content === "string";
  const mediaTypes: Record<string, string> = {
    md: "text/markdown",
    html: "text/html",
    svg: "image/svg+xml",
    pdf: "application/pdf",
    yaml: "application/yaml",
    csv: "text/csv",
  };
  const artifact = await context.artifacts.put({
    name,
    kind,
    mediaType: mediaTypes[name.split(".").at(-1) ?? ""] ?? "application/json",
    content: isText ? content : JSON.stringify(content, null, 2),
    inputs,
  });
  return artifact.sha256;
};

export const textIn = (input: JsonObject, name: string): string =>
  typeof input[name] === "string" ? input[name] : "";

export const factOf = (context: ToolContext, name: string): JsonObject => {
  const fact = context.run?.facts[name];
  return typeof fact === "object" && fact !== null && !Array.isArray(fact) ? fact : {};
};
