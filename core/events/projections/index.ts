import type { ProjectionDefinition } from "#core/contract/projection.ts";
import { callsTable, denialsTable } from "./calls-table.ts";
import { gatesTable } from "./gates-table.ts";
import { agentRunsTable, artifactsTable, guardrailFindingsTable } from "./run-detail-tables.ts";
import { runsTable } from "./runs-table.ts";

/** Every table that is computed from the log. */
export const projections: readonly ProjectionDefinition[] = [
  runsTable,
  gatesTable,
  callsTable,
  denialsTable,
  agentRunsTable,
  artifactsTable,
  guardrailFindingsTable,
];
