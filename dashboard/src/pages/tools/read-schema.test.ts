import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { JsonObject } from "#core/contract/json.ts";
import { readSchemaMembers } from "./read-schema.ts";

describe("readSchemaMembers", () => {
  it("says names, types, what is required and what a member means", () => {
    const schema = z.toJSONSchema(
      z.object({
        model: z.string().regex(/^[0-9a-f]{64}$/),
        rows: z.number().int().min(1).max(5000).default(500).describe("rows to explain"),
        mode: z.enum(["fast", "exact"]).optional(),
        names: z.array(z.string()),
        limit: z.number().nullish(),
      }),
      { io: "input" },
    ) as JsonObject; // JSON Schema is JSON
    expect(readSchemaMembers(schema)).toEqual([
      { name: "model", type: "SHA-256", isRequired: true, description: "" },
      {
        name: "rows",
        type: "whole number ≥ 1 and ≤ 5000",
        isRequired: false,
        description: "rows to explain; default 500",
      },
      { name: "mode", type: '"fast" or "exact"', isRequired: false, description: "" },
      { name: "names", type: "list of text", isRequired: true, description: "" },
      { name: "limit", type: "number or nothing", isRequired: false, description: "" },
    ]);
  });

  it("has nothing to say about a schema without members", () => {
    expect(readSchemaMembers({ type: "object" })).toEqual([]);
  });
});
