import type { DatasetUpload } from "#api/contract/shelf.ts";
import { Badge } from "../../components/badge.tsx";
import { Button } from "../../components/button.tsx";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { Digest } from "../../components/digest.tsx";
import { Icon } from "../../components/icon.tsx";
import { formatBytes, formatCount, formatPercent } from "../../format/number.ts";
import { plural } from "../../format/words.ts";

type ColumnRow = DatasetUpload["columns"][number];

/** The uploaded table as it was recognised. */
export function DatasetCard({ dataset, onReplace }: { dataset: DatasetUpload; onReplace: () => void }) {
  const columns: Column<ColumnRow>[] = [
    {
      id: "name",
      header: "Column",
      sortBy: (row) => row.name,
      cell: (row) => <span className="font-mono text-xs break-all">{row.name}</span>,
    },
    {
      id: "kind",
      header: "Kind",
      sortBy: (row) => row.kind,
      cell: (row) => <Badge>{row.kind}</Badge>,
    },
    {
      id: "missing",
      header: "Missing",
      align: "right",
      sortBy: (row) => row.missing,
      cell: (row) =>
        row.missing === 0 ? (
          <span className="text-faint">0</span>
        ) : (
          `${formatCount(row.missing)} (${formatPercent(row.missing / Math.max(1, dataset.rows))})`
        ),
    },
    {
      id: "distinct",
      header: "Distinct",
      align: "right",
      sortBy: (row) => row.distinct,
      cell: (row) => formatCount(row.distinct),
    },
  ];
  return (
    <div className="rounded-lg border">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b px-3 py-2">
        <Icon name="file" className="text-faint" />
        <span className="font-semibold break-all">{dataset.name}</span>
        <span className="text-muted">
          {plural(dataset.rows, "row").replace(/^\d+/, formatCount(dataset.rows))},{" "}
          {plural(dataset.columns.length, "column")}, {formatBytes(dataset.bytes)}
        </span>
        <Digest value={dataset.sha256} what="the data's SHA-256" />
        <Button size="small" kind="quiet" className="ml-auto" onClick={onReplace}>
          Choose another file
        </Button>
      </div>
      <div
        className="thin-scroll max-h-72 overflow-y-auto"
        tabIndex={0}
        role="region"
        aria-label="Columns of the data"
      >
        <DataTable label="Columns" columns={columns} rows={dataset.columns} rowKey={(row) => row.name} />
      </div>
    </div>
  );
}
