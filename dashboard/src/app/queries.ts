import { queryOptions } from "@tanstack/react-query";
import { unwrap } from "../api/api-result.ts";
import { bringGatesUpToDate, bringRunsUpToDate } from "./up-to-date.ts";
import type { Services } from "./services.tsx";

export const RUNS_PER_PAGE = 50;
export const GATES_SHOWN = 100;

/** A page of runs, newest first. Nothing is asked for twice by itself: the log's feed keeps what was fetched current. */
export const runsQuery = ({ client, feed }: Services, filter: { status: string; page: number }) =>
  queryOptions({
    queryKey: ["runs", filter] as const,
    async queryFn({ signal }) {
      unwrap(await feed.started());
      const ask = async () =>
        unwrap(
          await client.listRuns(
            {
              ...(filter.status === "" ? {} : { status: filter.status }),
              limit: RUNS_PER_PAGE,
              offset: filter.page * RUNS_PER_PAGE,
            },
            signal,
          ),
        );
      const before = feed.recent().length;
      const runs = await ask();
      // A run that began while the list was on its way has no row that could be brought up to date.
      const isMissing = feed
        .recent()
        .slice(before)
        .some(({ runId, event }) => event.seq === 1 && !runs.items.some((row) => row.runId === runId));
      return bringRunsUpToDate(isMissing ? await ask() : runs, feed.recent());
    },
  });

/** Gates of all runs: those that wait, longest first, or all, newest first. */
export const gatesQuery = ({ client, feed }: Services, which: "open" | "all") =>
  queryOptions({
    queryKey: ["gates", which] as const,
    async queryFn({ signal }) {
      unwrap(await feed.started());
      const gates = unwrap(
        await client.listGates(
          { ...(which === "open" ? { state: "open" } : {}), limit: GATES_SHOWN, offset: 0 },
          signal,
        ),
      );
      return bringGatesUpToDate(gates, which, feed.recent());
    },
  });

export const runQuery = ({ client }: Services, runId: string) =>
  queryOptions({
    queryKey: ["run", runId] as const,
    queryFn: async ({ signal }) => unwrap(await client.run(runId, signal)),
  });

/** The content of an event; it never changes, but it can be erased. */
export const payloadQuery = ({ client }: Services, runId: string, seq: number) =>
  queryOptions({
    queryKey: ["payload", runId, seq] as const,
    queryFn: async ({ signal }) => unwrap(await client.payload(runId, seq, signal)),
  });

/** A gate with what it shows. The state is part of the key: an answer makes another gate of it. */
export const gateQuery = ({ client }: Services, gateId: string, state: string) =>
  queryOptions({
    queryKey: ["gate", gateId, state] as const,
    queryFn: async ({ signal }) => unwrap(await client.gate(gateId, signal)),
  });

/** An artifact's bytes as text; addressed by content, so they never change. */
export const artifactQuery = ({ client }: Services, artifact: { sha256: string; name: string }) =>
  queryOptions({
    queryKey: ["artifact", artifact.sha256] as const,
    queryFn: async ({ signal }) => unwrap(await client.artifactText(artifact.sha256, artifact.name, signal)),
  });

export const agentsQuery = ({ client }: Services) =>
  queryOptions({
    queryKey: ["agents"] as const,
    queryFn: async ({ signal }) => unwrap(await client.agents(signal)).items,
  });

export const toolsQuery = ({ client }: Services) =>
  queryOptions({
    queryKey: ["tools"] as const,
    queryFn: async ({ signal }) => unwrap(await client.tools(signal)).items,
  });

export const workflowsQuery = ({ client }: Services) =>
  queryOptions({
    queryKey: ["workflows"] as const,
    queryFn: async ({ signal }) => unwrap(await client.workflows(signal)).items,
  });
