import { LimitKey } from "./bar-list.tsx";
import { classNames } from "../class-names.ts";

export interface BeforeAfterRow {
  label: string;
  /** What was measured first, where something was changed since. */
  before: number | undefined;
  after: number;
}

/** How values moved towards or over a limit: a hollow dot before, a full one now, the limit as a line. */
export function BeforeAfter({
  label,
  rows,
  limit,
  format,
}: {
  label: string;
  rows: readonly BeforeAfterRow[];
  limit: number;
  format: (value: number) => string;
}) {
  const most = Math.max(limit * 1.6, ...rows.flatMap((row) => [row.after, row.before ?? 0])) * 1.06;
  const place = (value: number): string => `${(Math.max(0, value) / most) * 100}%`;
  return (
    <div>
      <ul
        aria-label={label}
        className="grid grid-cols-[fit-content(40%)_minmax(4rem,1fr)_max-content] items-center gap-x-3 gap-y-2"
      >
        {rows.map((row) => (
          <li key={row.label} className="contents">
            <span className="truncate font-mono text-xs" title={row.label}>
              {row.label}
            </span>
            <Track row={row} limit={limit} place={place} />
            <span className="text-right text-sm whitespace-nowrap tabular-nums">
              {row.before !== undefined && (
                <span className="text-faint">
                  {format(row.before)} <span aria-hidden="true">→</span>
                  <span className="sr-only">before, now</span>{" "}
                </span>
              )}
              <span className={classNames("font-semibold", row.after > limit ? "text-bad" : "text-good")}>
                {format(row.after)}
              </span>
              <span className="sr-only">{row.after > limit ? ", over the limit" : ", within the limit"}</span>
            </span>
          </li>
        ))}
      </ul>
      <LimitKey>limit {format(limit)}</LimitKey>
    </div>
  );
}

function Track({
  row,
  limit,
  place,
}: {
  row: BeforeAfterRow;
  limit: number;
  place: (value: number) => string;
}) {
  const { before, after } = row;
  const tone = after > limit ? "bg-bad-mark" : "bg-good-mark";
  return (
    <span aria-hidden="true" className="relative h-5">
      <span className="absolute top-1/2 right-0 left-0 h-px bg-line" />
      {before !== undefined && (
        <span
          className={classNames("absolute top-1/2 h-0.5 -translate-y-1/2 opacity-60", tone)}
          style={{
            left: place(Math.min(before, after)),
            width: `calc(${place(Math.max(before, after))} - ${place(Math.min(before, after))})`,
          }}
        />
      )}
      <span className="absolute inset-y-0 w-px bg-bad-mark" style={{ left: place(limit) }} />
      {before !== undefined && (
        <span
          className="absolute top-1/2 size-2.5 -translate-x-1/2 -translate-y-1/2 rounded-full border-2 border-line-strong bg-surface"
          style={{ left: place(before) }}
        />
      )}
      <span
        className={classNames("absolute top-1/2 size-3 -translate-x-1/2 -translate-y-1/2 rounded-full", tone)}
        style={{ left: place(after) }}
      />
    </span>
  );
}
