import { describeArtifactStore } from "./describe-artifact-store.ts";
import { describeChainLaws } from "./describe-chain-laws.ts";
import { describeCommit } from "./describe-commit.ts";
import { describeLogIntegrity } from "./describe-log-integrity.ts";
import { describeOutbox } from "./describe-outbox.ts";
import { describePayloadStore } from "./describe-payload-store.ts";
import { describeProjections } from "./describe-projections.ts";
import { describeReading } from "./describe-reading.ts";
import { describeRunLeases } from "./describe-run-leases.ts";
import type { StoreAdapter } from "./store-adapter.ts";

/** Every suite of every port: an adapter of the stores is one that passes them all. */
export function describeStores(adapter: StoreAdapter): void {
  describeCommit(adapter);
  describeOutbox(adapter);
  describeReading(adapter);
  describeChainLaws(adapter);
  describePayloadStore(adapter);
  describeLogIntegrity(adapter);
  describeRunLeases(adapter);
  describeProjections(adapter);
  describeArtifactStore(adapter);
}
