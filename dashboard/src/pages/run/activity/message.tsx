import type { ReactNode } from "react";
import { classNames } from "../../../components/class-names.ts";
import { formatClock, formatDateTime } from "../../../format/time.ts";

const tones = {
  task: "border-line bg-sunken",
  agent: "border-line bg-surface",
  live: "border-busy-mark/50 bg-busy-soft/50",
} as const;

/** One message of a conversation. */
export function Message({
  from,
  at,
  tone,
  extra,
  children,
}: {
  from: string;
  at: string | undefined;
  tone: keyof typeof tones;
  extra?: ReactNode;
  children: ReactNode;
}) {
  return (
    <article
      aria-label={`Message of ${from}`}
      className={classNames("rounded-lg border px-3 py-2", tones[tone])}
    >
      <header className="mb-1 flex flex-wrap items-baseline gap-x-2 text-sm text-faint">
        <span className="font-semibold text-muted">{from}</span>
        {extra}
        {at !== undefined && (
          <time dateTime={at} title={formatDateTime(at)} className="ml-auto">
            {formatClock(at)}
          </time>
        )}
      </header>
      <div className="flex flex-col gap-2">{children}</div>
    </article>
  );
}
