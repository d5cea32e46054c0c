import { type Column, DataTable } from "../../../components/data-table.tsx";
import { formatCount, formatPercent } from "../../../format/number.ts";
import type { GroupRow } from "../../../log/read-report.ts";

const percent = (value: number | undefined): string => (value === undefined ? "–" : formatPercent(value));

const columns: readonly Column<GroupRow>[] = [
  {
    id: "group",
    header: "Group",
    cell: (row) => (
      <>
        <span className="font-mono text-xs text-faint">{row.attribute}</span> {row.group}
      </>
    ),
  },
  {
    id: "count",
    header: "Rows",
    align: "right",
    cell: (row) => (row.count === undefined ? "–" : formatCount(row.count)),
  },
  {
    id: "selected",
    header: "Selected",
    align: "right",
    cell: (row) => percent(row.selectionRate),
  },
  { id: "accuracy", header: "Accuracy", align: "right", cell: (row) => percent(row.accuracy) },
];

/** What was measured on each group of each protected attribute. */
export function GroupTable({ groups }: { groups: readonly GroupRow[] }) {
  return (
    <div className="-mx-3.5 -mb-3.5 border-t">
      <DataTable
        label="Groups"
        columns={columns}
        rows={groups}
        rowKey={(row) => `${row.attribute} ${row.group}`}
      />
    </div>
  );
}
