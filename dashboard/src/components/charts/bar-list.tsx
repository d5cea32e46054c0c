import type { ReactNode } from "react";
import { classNames } from "../class-names.ts";

export interface Bar {
  label: string;
  value: number;
  /** The value as it is read. */
  text: string;
  tone?: "plain" | "ask" | "bad";
}

const fills = { plain: "bg-series-1", ask: "bg-ask-mark", bad: "bg-bad-mark" } as const;

/** Horizontal bars with their values written beside them, and a line where a limit lies. */
export function BarList({
  label,
  bars,
  limit,
  isMono = true,
}: {
  label: string;
  bars: readonly Bar[];
  limit?: { value: number; text: string };
  isMono?: boolean;
}) {
  const most = Math.max(...bars.map((bar) => bar.value), limit?.value ?? 0, 1e-12);
  const place = (value: number): string => `${(Math.max(0, value) / most) * 100}%`;
  return (
    <div>
      <ul
        aria-label={label}
        className="grid grid-cols-[fit-content(45%)_minmax(3rem,1fr)_max-content] items-center gap-x-2.5 gap-y-1"
      >
        {bars.map((bar) => (
          <li key={bar.label} className="contents">
            <span
              className={classNames("truncate text-right", isMono && "font-mono text-xs")}
              title={bar.label}
            >
              {bar.label}
            </span>
            <span aria-hidden="true" className="relative h-3.5 rounded-sm bg-sunken">
              <span
                className={classNames("absolute inset-y-0 left-0 rounded-sm", fills[bar.tone ?? "plain"])}
                style={{ width: place(bar.value) }}
              />
              {limit !== undefined && (
                <span
                  className="absolute -inset-y-1 w-px bg-bad-mark"
                  style={{ left: `min(${place(limit.value)}, 100% - 1px)` }}
                />
              )}
            </span>
            <span className="text-right text-sm tabular-nums">{bar.text}</span>
          </li>
        ))}
      </ul>
      {limit !== undefined && <LimitKey>{limit.text}</LimitKey>}
    </div>
  );
}

/** Explains the limit's line. */
export function LimitKey({ children }: { children: ReactNode }) {
  return (
    <p className="mt-2 flex items-center gap-1.5 text-sm text-faint">
      <span aria-hidden="true" className="h-3 w-px bg-bad-mark" />
      {children}
    </p>
  );
}
