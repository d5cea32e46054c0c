import type { Span, SpanGroup } from "../../../log/timeline-spans.ts";

/** The span next to one: before or after it on its line, or the nearest in time on the line above or below. */
export function neighbourOf(
  groups: readonly SpanGroup[],
  id: string | undefined,
  direction: "left" | "right" | "up" | "down",
): Span | undefined {
  const lines = groups.flatMap((group) => group.lines);
  const at = lines.findIndex((line) => line.some((span) => span.id === id));
  const line = lines[at];
  const index = line?.findIndex((span) => span.id === id) ?? -1;
  const span = line?.[index];
  if (line === undefined || span === undefined) return lines[0]?.[0];
  if (direction === "left") return line[index - 1];
  if (direction === "right") return line[index + 1];
  const other = lines[direction === "up" ? at - 1 : at + 1];
  return other?.reduce((best, one) => (distance(one, span) < distance(best, span) ? one : best));
}

/** 0 when two spans overlap, else the time between them. */
const distance = (left: Span, right: Span): number =>
  Math.max(0, left.start - right.end, right.start - left.end);
