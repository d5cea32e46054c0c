import type { Stores } from "#core/contract/stores.ts";
import { createChangeSignal } from "../rules/change-signal.ts";
import { checkDefinitions } from "../rules/check-definitions.ts";
import { createRunLeases } from "../rules/run-leases.ts";
import type { StoresOptions } from "../rules/stores-options.ts";
import { createMemoryArtifactStore } from "./memory-artifact-store.ts";
import { createMemoryEventLog } from "./memory-event-log.ts";
import { createMemoryIntegrity } from "./memory-integrity.ts";
import { createMemoryPayloadStore } from "./memory-payload-store.ts";
import { createMemoryProjectionReader } from "./memory-projection-reader.ts";
import { createMemoryTables } from "./memory-tables.ts";

/**
 * Stores that live and die with the process: for tests and for trials that must leave nothing behind. They keep the
 * same rules as the lasting ones and pass the same conformance suites. Throws when a projection's names are no
 * identifiers.
 */
export function createMemoryStores(options: StoresOptions): Stores {
  checkDefinitions(options.projections);
  const tables = createMemoryTables();
  const changes = createChangeSignal();
  const artifacts = createMemoryArtifactStore();
  return {
    log: createMemoryEventLog(tables, changes, options),
    payloads: createMemoryPayloadStore(tables),
    artifacts,
    leases: createRunLeases({ ...tables, exclusive: (work) => work() }, options),
    projections: createMemoryProjectionReader(tables, options.projections),
    integrity: createMemoryIntegrity(tables),
    async close() {
      changes.close();
      await artifacts.close();
    },
  };
}
