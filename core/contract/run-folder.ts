import type { Artifact } from "./artifact.ts";

/**
 * The readable folder of a run: a copy of its artifacts under their names and its conversations as JSON lines. A
 * reading of the log for people and outside tools; nothing in Swarm reads it back.
 */
export interface RunFolders {
  path(runId: string): string;
  /** Copies artifacts that are not there yet or differ; safe to repeat. */
  place(runId: string, artifacts: readonly Artifact[]): Promise<void>;
  /** Appends lines to `conversations/<agent>.jsonl`; each line carries its own number, repeats are dropped. */
  appendConversation(
    runId: string,
    agent: string,
    lines: readonly { seq: number; line: string }[],
  ): Promise<void>;
}
