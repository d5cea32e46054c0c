import type { ArtifactStore } from "./artifact.ts";
import type { EventLog, PayloadStore } from "./event-log.ts";
import type { LogIntegrity } from "./integrity.ts";
import type { RunLeases } from "./lease.ts";
import type { ProjectionReader } from "./projection.ts";

/** Everything that lasts, behind ports. One adapter folder implements all of them over one home. */
export interface Stores {
  log: EventLog;
  payloads: PayloadStore;
  artifacts: ArtifactStore;
  leases: RunLeases;
  projections: ProjectionReader;
  integrity: LogIntegrity;
  close(): Promise<void>;
}
