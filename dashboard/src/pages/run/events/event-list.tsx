import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useId, useRef } from "react";
import { classNames } from "../../../components/class-names.ts";
import { formatOffset } from "../../../format/time.ts";
import { toneOf } from "../../../log/describe-event.ts";
import type { ReadEvent } from "../../../log/run-reading.ts";
import { useRunView } from "../run-view.tsx";

export interface ListedEvent {
  read: ReadEvent;
  line: string;
}

const ROW_HEIGHT = 28;
const tones = { plain: "text-muted", good: "text-good", bad: "text-bad", ask: "text-ask" } as const;

/** A list of any length, of which only what is in view is drawn; arrow keys choose an event. */
export function EventList({
  events,
  selected,
  onSelect,
}: {
  events: readonly ListedEvent[];
  selected: number | undefined;
  onSelect: (seq: number) => void;
}) {
  const { state } = useRunView();
  const start = Date.parse(state.createdAt);
  const box = useRef<HTMLDivElement>(null);
  const id = useId();
  const rows = useVirtualizer({
    count: events.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
  });
  const at = events.findIndex(({ read }) => read.event.seq === selected);

  const choose = (index: number): void => {
    const next = events[Math.min(events.length - 1, Math.max(0, index))];
    if (next === undefined) return;
    onSelect(next.read.event.seq);
    rows.scrollToIndex(Math.min(events.length - 1, Math.max(0, index)));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const page = Math.max(1, Math.floor((box.current?.clientHeight ?? 400) / ROW_HEIGHT) - 1);
    const steps: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at === -1 ? events.length - 1 : at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: events.length - 1,
    };
    const next = steps[event.key];
    if (next === undefined) return;
    event.preventDefault();
    choose(next);
  };

  return (
    <div
      ref={box}
      role="listbox"
      aria-label="Events"
      tabIndex={0}
      aria-activedescendant={at === -1 ? undefined : `${id}-${selected}`}
      onKeyDown={onKeyDown}
      className="thin-scroll ring-inside h-[32rem] overflow-auto rounded-lg border bg-surface shadow-raised lg:h-[calc(100dvh-16rem)] lg:min-h-96"
    >
      <div role="presentation" className="relative" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map((row) => {
          const listed = events[row.index];
          if (listed === undefined) return null;
          const { event } = listed.read;
          const isSelected = event.seq === selected;
          return (
            <div
              key={event.seq}
              id={`${id}-${event.seq}`}
              role="option"
              aria-selected={isSelected}
              aria-posinset={row.index + 1}
              aria-setsize={events.length}
              onClick={() => {
                onSelect(event.seq);
              }}
              className={classNames(
                "absolute inset-x-0 grid cursor-pointer grid-cols-[3rem_minmax(0,1fr)] items-center gap-x-2 px-3 whitespace-nowrap sm:grid-cols-[3rem_5.5rem_9.5rem_minmax(0,1fr)]",
                isSelected ? "bg-selected" : "hover:bg-hover",
              )}
              style={{ height: ROW_HEIGHT, transform: `translateY(${row.start}px)` }}
            >
              <span className="text-right font-mono text-xs text-faint">{event.seq}</span>
              <span className="hidden text-sm text-faint tabular-nums sm:block">
                {formatOffset(Date.parse(event.at) - start)}
              </span>
              <span className={classNames("truncate font-mono text-xs", tones[toneOf(event)])}>
                {event.type}
              </span>
              <span className="hidden truncate sm:block">{listed.line}</span>
            </div>
          );
        })}
      </div>
    </div>
  );
}
