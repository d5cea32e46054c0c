import type { QueryClient } from "@tanstack/react-query";
import { createContext, useContext, useSyncExternalStore } from "react";
import type { ApiClient } from "../api/client.ts";
import type { LogFeed } from "../stream/log-feed.ts";
import type { Observable } from "../stream/observable.ts";
import type { RunStream } from "../stream/run-stream.ts";

/** What pages work with; made once in main.tsx, other ones in tests. */
export interface Services {
  client: ApiClient;
  queryClient: QueryClient;
  feed: LogFeed;
  openRun: (runId: string) => RunStream;
}

const ServicesContext = createContext<Services | undefined>(undefined);
export const ServicesProvider = ServicesContext.Provider;

export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (services === undefined) throw new Error("a page was drawn outside of ServicesProvider");
  return services;
}

/** The newest value of something that changes by itself. */
export function useObservable<Value>(observable: Observable<Value>): Value {
  return useSyncExternalStore(observable.subscribe, observable.get);
}
