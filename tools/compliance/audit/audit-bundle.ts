import { createHash } from "node:crypto";
import type { Artifact } from "#core/contract/artifact.ts";

/** The list of everything that a report speaks of, as a file that `sha256sum -c` reads. */
export interface AuditBundle {
  /** One line per artifact, sorted by name: digest, two spaces, name. */
  text: string;
  /** SHA-256 of `text`: one number that stands for every byte of the run's results. */
  digest: string;
  artifacts: Artifact[];
}

/** Of artifacts that share a name the last is the one that lies in the run's folder. */
export function auditBundle(recorded: readonly Artifact[]): AuditBundle {
  const byName = new Map(recorded.map((artifact) => [artifact.name, artifact]));
  const artifacts = [...byName.values()].toSorted((left, right) => (left.name < right.name ? -1 : 1));
  const text = artifacts.map(({ sha256, name }) => `${sha256}  ${name}\n`).join("");
  return { text, digest: createHash("sha256").update(text).digest("hex"), artifacts };
}
