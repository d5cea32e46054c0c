import { useEffect, useState } from "react";
import { useServices } from "../../app/services.tsx";
import type { RunStream } from "../../stream/run-stream.ts";

/** Opens the run's socket while the page shows the run; undefined until it is open, and for a run that is not there. */
export function useRunStream(runId: string, isThere: boolean): RunStream | undefined {
  const { openRun, feed } = useServices();
  const [stream, setStream] = useState<{ runId: string; stream: RunStream }>();
  useEffect(() => {
    if (!isThere) return undefined;
    const opened = openRun(runId);
    setStream({ runId, stream: opened });
    // Both lines drop together; when one is back, the other need not wait on.
    const unsubscribe = feed.connection.subscribe(() => {
      if (feed.connection.get().kind === "open") opened.retryNow();
    });
    return () => {
      unsubscribe();
      opened.close();
    };
  }, [feed, openRun, runId, isThere]);
  return stream?.runId === runId ? stream.stream : undefined;
}
