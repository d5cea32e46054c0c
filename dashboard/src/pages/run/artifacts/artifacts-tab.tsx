import type { Artifact } from "#core/contract/artifact.ts";
import { artifactUrl } from "../../../api/client.ts";
import { Badge } from "../../../components/badge.tsx";
import { buttonClass, IconButton } from "../../../components/button.tsx";
import { type Column, DataTable } from "../../../components/data-table.tsx";
import { Digest } from "../../../components/digest.tsx";
import { EmptyState } from "../../../components/empty-state.tsx";
import { Icon } from "../../../components/icon.tsx";
import { Panel } from "../../../components/panel.tsx";
import { formatBytes, formatCount } from "../../../format/number.ts";
import { useRunView } from "../run-view.tsx";
import { previewKind } from "./preview-kind.ts";

/** Everything that the run has made, under its names in the run's folder. */
export function ArtifactsTab() {
  const { state, reading, preview, select } = useRunView();
  const artifacts = [...state.artifacts.values()];
  if (artifacts.length === 0) {
    return (
      <EmptyState icon="file" title="Nothing made yet">
        Files that tools make are listed here with their digests.
      </EmptyState>
    );
  }
  const bytes = artifacts.reduce((sum, artifact) => sum + artifact.bytes, 0);
  const makerOf = (artifact: Artifact) => {
    const callId = reading.trace.artifacts.get(artifact.name)?.callId;
    return callId === undefined
      ? undefined
      : [...state.calls.values()].find((call) => call.callId === callId);
  };
  const columns: readonly Column<Artifact>[] = [
    {
      id: "name",
      header: "Name",
      sortBy: (row) => row.name,
      cell: (row) =>
        previewKind(row.name) === undefined ? (
          <span className="font-mono text-xs break-all">{row.name}</span>
        ) : (
          <button
            type="button"
            className="text-link text-left font-mono text-xs break-all"
            onClick={() => {
              preview(row);
            }}
          >
            {row.name}
          </button>
        ),
    },
    { id: "kind", header: "Kind", sortBy: (row) => row.kind, cell: (row) => <Badge>{row.kind}</Badge> },
    {
      id: "bytes",
      header: "Size",
      align: "right",
      sortBy: (row) => row.bytes,
      cell: (row) => <span className="whitespace-nowrap">{formatBytes(row.bytes)}</span>,
    },
    {
      id: "sha256",
      header: "SHA-256",
      from: "sm",
      cell: (row) => <Digest value={row.sha256} what={`the SHA-256 of ${row.name}`} />,
    },
    {
      id: "maker",
      header: "Made by",
      from: "lg",
      sortBy: (row) => makerOf(row)?.tool,
      cell: (row) => {
        const call = makerOf(row);
        return call === undefined ? (
          <span className="text-faint">–</span>
        ) : (
          <button
            type="button"
            className="text-link font-mono text-xs"
            onClick={() => {
              select(call.callId);
            }}
          >
            {call.tool}
          </button>
        );
      },
    },
    {
      id: "actions",
      header: "Actions",
      isHeaderHidden: true,
      align: "right",
      className: "w-20",
      cell: (row) => (
        <span className="flex justify-end gap-0.5">
          {previewKind(row.name) !== undefined && (
            <IconButton
              icon="eye"
              label={`Preview ${row.name}`}
              size="small"
              onClick={() => {
                preview(row);
              }}
            />
          )}
          <a
            href={artifactUrl(row.sha256, row.name)}
            download={row.name.split("/").at(-1)}
            aria-label={`Download ${row.name}`}
            title={`Download ${row.name}`}
            className={`${buttonClass("quiet", "small")} w-6.5 px-0!`}
          >
            <Icon name="download" className="size-3.5" />
          </a>
        </span>
      ),
    },
  ];
  return (
    <div className="p-4 md:px-6">
      <Panel
        title="Artifacts"
        extra={
          <span className="text-sm text-faint">
            {formatCount(artifacts.length)} files, {formatBytes(bytes)}
          </span>
        }
        isFlush
      >
        <DataTable label="Artifacts" columns={columns} rows={artifacts} rowKey={(row) => row.name} />
      </Panel>
    </div>
  );
}
