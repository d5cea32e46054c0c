import { z } from "zod";
import { StreamKind } from "#core/contract/event.ts";

/**
 * What can be wrong with a log. `gap`: an event is missing or out of its place. `wrong-hash`: its content was
 * changed. `broken-link`: it does not follow the event before it. `root-mismatch`: the history was rewritten into
 * another one that is whole in itself. `shorter-than-checkpoint`: its end was cut off. `checkpoint-missing`: one that
 * is on record lies in no sink. `file-missing` and `file-mismatch` concern the other files of an export.
 */
export const LogFault = z.enum([
  "gap",
  "unreadable",
  "wrong-hash",
  "broken-link",
  "payload-missing",
  "payload-mismatch",
  "root-mismatch",
  "shorter-than-checkpoint",
  "checkpoint-signature",
  "checkpoint-missing",
  "file-missing",
  "file-mismatch",
]);
export type LogFault = z.infer<typeof LogFault>;

/**
 * The first bad place of a log. `stream` and `seq` (both or none) are absent where only the position can be
 * known: a rewritten range, a cut tail, a checkpoint.
 */
export const LogFinding = z.strictObject({
  position: z.number().int().nonnegative(),
  stream: z.strictObject({ kind: StreamKind, id: z.string() }).optional(),
  seq: z.number().int().positive().optional(),
  fault: LogFault,
  detail: z.string(),
});
export type LogFinding = z.infer<typeof LogFinding>;
