import { z } from "zod";
import { Failure } from "#core/contract/failure.ts";
import { ApprovalGate } from "#core/contract/gate.ts";
import { JsonObject, JsonValue } from "#core/contract/json.ts";
import { DecideGate, GateDetail, GateRow } from "../contract/gates.ts";
import { Liveness, Readiness } from "../contract/health.ts";
import {
  ArtifactView,
  EventView,
  PayloadView,
  PipelineDetail,
  PipelineRow,
  StartedPipeline,
  StartPipeline,
  StartPipelineForm,
  WorkflowView,
} from "../contract/pipeline.ts";
import { Problem } from "../contract/problem.ts";
import { AgentView, DatasetUpload, Health, ToolView, WorkflowRow } from "../contract/shelf.ts";
import { StreamMessage } from "../contract/stream.ts";

/** The nouns that stand under their own names in the OpenAPI document. */
const named = {
  AgentView,
  ApprovalGate,
  ArtifactView,
  DatasetUpload,
  DecideGate,
  EventView,
  Failure,
  GateDetail,
  GateRow,
  Health,
  JsonObject,
  JsonValue,
  Liveness,
  PayloadView,
  PipelineDetail,
  PipelineRow,
  Problem,
  Readiness,
  StartedPipeline,
  StartPipeline,
  StartPipelineForm,
  StreamMessage,
  ToolView,
  WorkflowRow,
  WorkflowView,
};

const names = new Map<z.core.$ZodType, string>(Object.entries(named).map(([name, schema]) => [schema, name]));

/** What zod knows of each schema (descriptions), and these names as ids. */
class DocumentedSchemas extends z.core.$ZodRegistry<Record<string, unknown>> {
  override get(schema: z.core.$ZodType): Record<string, unknown> | undefined {
    const known: Record<string, unknown> | undefined = z.globalRegistry.get(schema);
    const id = names.get(schema);
    return id === undefined ? known : { ...known, id };
  }
}

export const documentedSchemas = new DocumentedSchemas();
