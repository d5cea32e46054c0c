import type { Model } from "#lib/ml/score/model-file.ts";
import type { Evidence } from "../evidence/evidence.ts";

/** What a caller states in words; printed as stated, never invented. */
interface StatedByCaller {
  intendedUse?: string | undefined;
  outOfScope?: string | undefined;
  limitations?: string | undefined;
  contact?: string | undefined;
}

/** Everything that a model card is written from. */
export interface CardEvidence {
  name: string;
  /** For people: `2026-01-01 00:00:00 UTC`. */
  date: string;
  model: Model;
  digest: string;
  evidence: Evidence;
  stated: StatedByCaller;
  /** Undefined for a card that was asked for outside of a run. */
  run: { problem: string; protected: readonly string[]; timeColumn: string | undefined } | undefined;
}
