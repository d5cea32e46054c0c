import "./configure-zod.ts";
import "./styles/app.css";
import { QueryClient } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { API_BASE, createClient } from "./api/client.ts";
import { App } from "./app/app.tsx";
import type { Services } from "./app/services.tsx";
import { createThemeChoice } from "./app/theme.ts";
import { applyLogEvent } from "./app/up-to-date.ts";
import { createLogFeed } from "./stream/log-feed.ts";
import { createRunStream } from "./stream/run-stream.ts";

/** Everything that lives as long as the page, made once here and handed down. */
function createServices(): Services {
  const client = createClient({ fetch: (input, init) => fetch(input, init) });
  const queryClient = new QueryClient({
    defaultOptions: {
      // What is shown is kept current by the sockets; nothing is fetched again by itself.
      queries: {
        staleTime: Number.POSITIVE_INFINITY,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        retry: false,
      },
    },
  });
  const line = {
    connect: (url: string) => new WebSocket(url),
    timer: {
      set: (run: () => void, milliseconds: number) => setTimeout(run, milliseconds),
      clear: (handle: unknown) => {
        clearTimeout(handle as number); // given out by setTimeout above
      },
    },
    now: () => Date.now(),
    random: () => Math.random(),
  };
  const sockets = `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}${API_BASE}`;
  const feed = createLogFeed({
    ...line,
    health: () => client.health(),
    urlFrom: (position) => `${sockets}/events/ws?from=${position}`,
  });
  feed.subscribe((event) => {
    applyLogEvent(queryClient, event);
  });
  // What failed while the server was away is asked for again once it is back.
  feed.connection.subscribe(() => {
    if (feed.connection.get().kind !== "open") return;
    void queryClient.invalidateQueries({ predicate: (query) => query.state.status === "error" });
  });
  return {
    client,
    queryClient,
    feed,
    openRun: (runId) =>
      createRunStream({
        ...line,
        runId,
        urlAfter: (seq) => `${sockets}/pipelines/${encodeURIComponent(runId)}/ws?after=${seq}`,
      }),
  };
}

function storageIfAllowed(): Storage | undefined {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no element #root");
createRoot(root).render(
  <StrictMode>
    <App
      services={createServices()}
      theme={createThemeChoice({ storage: storageIfAllowed(), root: document.documentElement })}
    />
  </StrictMode>,
);
