import { activityWord } from "../../../components/activity-icon.tsx";
import { classNames } from "../../../components/class-names.ts";
import { formatDuration } from "../../../format/duration.ts";
import { formatOffset } from "../../../format/time.ts";
import type { ActivityState } from "../../../log/activity-state.ts";
import type { Span } from "../../../log/timeline-spans.ts";

const looks: Record<ActivityState, string> = {
  pending: "bg-sunken border-line",
  running: "bg-busy-soft border-busy-mark",
  waiting: "bg-ask-soft border-ask-mark",
  done: "bg-good-soft border-good-mark/70",
  partial: "bg-ask-soft border-ask-mark",
  failed: "bg-bad-soft border-bad-mark",
  refused: "bg-bad-soft border-bad-mark",
  stopped: "bg-sunken border-line-strong",
};

/** One span at its true place and length; short ones keep two pixels so that they can be seen. */
export function SpanBar({
  span,
  offset,
  place,
  isSelected,
  isTabStop,
  onSelect,
}: {
  span: Span;
  /** Milliseconds from the start of the run. */
  offset: number;
  place: (time: number) => number;
  isSelected: boolean;
  isTabStop: boolean;
  onSelect: () => void;
}) {
  const left = place(span.start);
  const right = place(span.end);
  if (right < -0.02 || left > 1.02) return null;
  const width = Math.max(0, right - left);
  const inside = (time: number): number => (width === 0 ? 0 : (place(time) - left) / width);
  const length = `${formatDuration(span.end - span.start)}${span.isOpen ? " so far" : ""}`;
  const name = `${span.label}, ${span.detail}, ${activityWord(span.state)}, starts at ${formatOffset(offset)}, ${length}`;
  return (
    <button
      type="button"
      data-span={span.id}
      tabIndex={isTabStop ? 0 : -1}
      aria-label={name}
      aria-pressed={isSelected}
      title={`${span.label}\n${formatOffset(offset)}, ${length}`}
      onClick={onSelect}
      className={classNames(
        "absolute inset-y-0.5 min-w-0.5 overflow-hidden rounded-sm border text-left hover:z-10 hover:brightness-95 focus-visible:z-10",
        looks[span.state],
        isSelected && "z-10 ring-2 ring-accent",
      )}
      style={{ left: `${left * 100}%`, width: `max(2px, calc(${width * 100}% - 1px))` }}
    >
      {span.busyFrom > span.start && (
        <span
          className="hatched absolute inset-y-0 left-0"
          style={{ width: `${inside(span.busyFrom) * 100}%` }}
        />
      )}
      {span.turns.map((turn) => (
        <span
          key={turn.start}
          className="absolute bottom-0 h-1 bg-series-1/70"
          style={{
            left: `${inside(turn.start) * 100}%`,
            width: `max(1px, ${(inside(turn.end) - inside(turn.start)) * 100}%)`,
          }}
        />
      ))}
      <span className="relative block truncate px-1 text-xs leading-4.5">{span.label}</span>
    </button>
  );
}
