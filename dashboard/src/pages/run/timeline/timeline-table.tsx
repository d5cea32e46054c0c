import { activityWord, ActivityIcon } from "../../../components/activity-icon.tsx";
import { type Column, DataTable } from "../../../components/data-table.tsx";
import { formatDuration } from "../../../format/duration.ts";
import { formatOffset } from "../../../format/time.ts";
import type { Span, SpanGroup } from "../../../log/timeline-spans.ts";
import { useRunView } from "../run-view.tsx";

/** The timeline's spans in order of their start. */
export function TimelineTable({ groups, from }: { groups: readonly SpanGroup[]; from: number }) {
  const { select } = useRunView();
  const spans = groups
    .flatMap((group) => group.lines.flat())
    .toSorted((left, right) => left.start - right.start || right.end - left.end);
  const columns: readonly Column<Span>[] = [
    {
      id: "start",
      header: "Start",
      sortBy: (span) => span.start,
      cell: (span) => <span className="tabular-nums">{formatOffset(span.start - from)}</span>,
    },
    {
      id: "length",
      header: "Length",
      align: "right",
      sortBy: (span) => span.end - span.start,
      cell: (span) => (
        <span className="whitespace-nowrap">
          {formatDuration(span.end - span.start)}
          {span.isOpen ? " so far" : ""}
        </span>
      ),
    },
    {
      id: "name",
      header: "Name",
      sortBy: (span) => span.label,
      cell: (span) => (
        <button
          type="button"
          className="text-link"
          onClick={() => {
            select(span.id);
          }}
        >
          {span.label}
        </button>
      ),
    },
    { id: "kind", header: "Kind", sortBy: (span) => span.kind, cell: (span) => span.kind },
    {
      id: "detail",
      header: "Tier or caller",
      from: "md",
      sortBy: (span) => span.detail,
      cell: (span) => span.detail,
    },
    {
      id: "state",
      header: "State",
      sortBy: (span) => span.state,
      cell: (span) => (
        <span className="flex items-center gap-1.5 whitespace-nowrap">
          <ActivityIcon state={span.state} />
          {activityWord(span.state)}
        </span>
      ),
    },
  ];
  return (
    <div className="rounded-lg border bg-surface shadow-raised">
      <DataTable label="Timeline" columns={columns} rows={spans} rowKey={(span) => span.id} />
    </div>
  );
}
