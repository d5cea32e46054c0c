import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { JsonValue } from "#core/contract/json.ts";
import { payloadQuery } from "../../app/queries.ts";
import { useServices } from "../../app/services.tsx";
import { FailureNotice } from "../../components/notice.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { useRunView } from "./run-view.tsx";

/** Fetches an event's content and hands it to `children`; says so when it was erased. */
export function Payload({
  seq,
  lines = 2,
  children,
}: {
  seq: number;
  /** How high the place is while the content is on its way. */
  lines?: number;
  children: (json: JsonValue) => ReactNode;
}) {
  const { runId } = useRunView();
  const payload = useQuery(payloadQuery(useServices(), runId, seq));
  if (payload.isPending) return <Skeleton lines={lines} />;
  if (payload.isError) return <FailureNotice error={payload.error} onRetry={() => void payload.refetch()} />;
  if (payload.data.state === "erased") return <Erased />;
  return children(payload.data.json);
}

export function Erased() {
  return (
    <p className="text-muted italic">
      This content was erased. Its commitment is still in the chain, so the record can be verified.
    </p>
  );
}
