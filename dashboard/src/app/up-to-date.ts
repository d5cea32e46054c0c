import type { QueryClient } from "@tanstack/react-query";
import type { GatePage, RunPage } from "../api/client.ts";
import { evolveGateRow, gateIdOf } from "../log/evolve-gate-row.ts";
import { evolveRunRow } from "../log/evolve-run-row.ts";
import type { LogEvent } from "../stream/log-feed.ts";

/** Events after which a run may belong on another list. */
const statusEvents = new Set([
  "run.created",
  "run.started",
  "run.paused",
  "run.succeeded",
  "run.failed",
  "run.cancelled",
]);

/** Takes events into a page of runs that was on its way when they came. */
export function bringRunsUpToDate(page: RunPage, events: readonly LogEvent[]): RunPage {
  let items = page.items;
  for (const { runId, event } of events) {
    items = items.map((row) => {
      if (row.runId !== runId) return row;
      const change = evolveRunRow(row, event);
      return change.kind === "row" ? change.row : row;
    });
  }
  return { ...page, items };
}

/** Takes events into a page of gates that was on its way when they came. */
export function bringGatesUpToDate(
  page: GatePage,
  which: "open" | "all",
  events: readonly LogEvent[],
): GatePage {
  return events.reduce((current, event) => withGateEvent(current, which, event) ?? current, page);
}

/** The page after an event about a gate; undefined when it speaks of a gate that only the server knows. */
function withGateEvent(
  page: GatePage,
  which: "open" | "all",
  { runId, event }: LogEvent,
): GatePage | undefined {
  const gateId = gateIdOf(event);
  if (gateId === undefined) return page;
  const known = page.items.find((row) => row.gateId === gateId);
  const row = evolveGateRow(known, { runId, event });
  // An open gate that is not on the list of open ones was on no page; its end changes nothing there.
  if (row === undefined) return which === "open" ? page : undefined;
  const belongs = which === "all" || row.state === "open";
  const added = belongs && known === undefined ? [row] : [];
  // What waits longest stands first; of all gates the newest does.
  const items =
    known === undefined
      ? which === "open"
        ? [...page.items, ...added]
        : [...added, ...page.items]
      : page.items.flatMap((one) => (one.gateId !== gateId ? [one] : belongs ? [row] : []));
  return { ...page, items, total: page.total + items.length - page.items.length };
}

/**
 * Brings everything that lists hold up to date with one event of the log, without asking the server, except where a
 * list must gain a row that only the server knows.
 */
export function applyLogEvent(queries: QueryClient, event: LogEvent): void {
  applyToRuns(queries, event);
  if (gateIdOf(event.event) !== undefined) applyToGates(queries, event);
}

function applyToRuns(queries: QueryClient, { runId, event }: LogEvent): void {
  for (const [key, page] of queries.getQueriesData<RunPage>({ queryKey: ["runs"] })) {
    if (page === undefined) continue;
    const filter = statusOfKey(key);
    const row = page.items.find((one) => one.runId === runId);
    if (row === undefined) {
      const mayBelong = statusEvents.has(event.type) && (filter === "" ? event.type === "run.created" : true);
      if (mayBelong) void queries.invalidateQueries({ queryKey: key, exact: true });
      continue;
    }
    const change = evolveRunRow(row, event);
    if (change.kind === "same") continue;
    if (change.kind === "unknown") {
      void queries.invalidateQueries({ queryKey: key, exact: true });
      continue;
    }
    const belongs = filter === "" || change.row.status === filter;
    queries.setQueryData<RunPage>(key, {
      ...page,
      total: page.total - (belongs ? 0 : 1),
      items: belongs
        ? page.items.map((one) => (one.runId === runId ? change.row : one))
        : page.items.filter((one) => one.runId !== runId),
    });
  }
}

function statusOfKey(key: readonly unknown[]): string {
  const filter = key[1];
  if (typeof filter !== "object" || filter === null || !("status" in filter)) return "";
  return typeof filter.status === "string" ? filter.status : "";
}

function applyToGates(queries: QueryClient, event: LogEvent): void {
  for (const which of ["open", "all"] as const) {
    const page = queries.getQueryData<GatePage>(["gates", which]);
    if (page === undefined) continue;
    const next = withGateEvent(page, which, event);
    if (next === undefined) void queries.invalidateQueries({ queryKey: ["gates", which] });
    else queries.setQueryData<GatePage>(["gates", which], next);
  }
}
