import { formatCount, formatPercent } from "../../format/number.ts";

/** Counts by true class (rows) and predicted class (columns), shaded by their share of the row. */
export function ConfusionTable({
  labels,
  counts,
}: {
  labels: readonly string[];
  counts: readonly (readonly number[])[];
}) {
  return (
    <figure className="min-w-0">
      <figcaption className="mb-1 font-medium">Confusion</figcaption>
      <div className="thin-scroll overflow-x-auto">
        <table className="text-sm">
          <thead>
            <tr>
              <th scope="col" className="px-2 py-1 text-left font-normal text-faint">
                true \ predicted
              </th>
              {labels.map((label) => (
                <th key={label} scope="col" className="px-2 py-1 font-mono text-xs font-normal text-muted">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {counts.map((row, at) => {
              const sum = Math.max(
                1,
                row.reduce((total, count) => total + count, 0),
              );
              return (
                <tr key={labels[at] ?? at}>
                  <th scope="row" className="px-2 py-1 text-right font-mono text-xs font-normal text-muted">
                    {labels[at]}
                  </th>
                  {row.map((count, index) => (
                    <td key={labels[index] ?? index} className="border p-0 text-right tabular-nums">
                      <div
                        className="px-2.5 py-1.5"
                        style={{
                          backgroundColor: `color-mix(in oklch, var(--series-1) ${Math.round((count / sum) * 38)}%, transparent)`,
                        }}
                      >
                        {formatCount(count)}
                        <div className="text-xs">{formatPercent(count / sum)}</div>
                      </div>
                    </td>
                  ))}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </figure>
  );
}
