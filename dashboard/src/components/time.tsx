import { useNow } from "../app/clock.tsx";
import { formatDuration } from "../format/duration.ts";
import { formatAgo, formatDateTime } from "../format/time.ts";

/** How long ago something was, with the exact time on hover. */
export function Ago({ at }: { at: string }) {
  const now = useNow(30_000);
  return (
    <time dateTime={at} title={formatDateTime(at)} className="whitespace-nowrap">
      {formatAgo(at, now)}
    </time>
  );
}

/** A length of time that grows while its end is open. */
export function Elapsed({ from, to }: { from: string; to: string | null | undefined }) {
  const now = useNow(to === null || to === undefined ? 1000 : undefined);
  const end = to === null || to === undefined ? now : Date.parse(to);
  return <span className="whitespace-nowrap">{formatDuration(end - Date.parse(from))}</span>;
}
