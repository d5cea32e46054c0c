import { Badge, type Tone } from "../../components/badge.tsx";
import { type Bar, BarList } from "../../components/charts/bar-list.tsx";
import { formatMetric } from "../../format/number.ts";
import { plural } from "../../format/words.ts";
import type { DriftFact } from "../../log/read-facts.ts";
import type { DriftColumn } from "../../log/read-report.ts";

const tones: Record<string, Tone> = { stable: "good", moderate: "ask", major: "bad" };
const barTones: Record<string, NonNullable<Bar["tone"]>> = { stable: "plain", moderate: "ask", major: "bad" };
const SHOWN = 10;

/** How far the newest data has moved from what the model learned, column by column where the report is at hand. */
export function DriftView({ fact, columns = [] }: { fact: DriftFact; columns?: readonly DriftColumn[] }) {
  const rows =
    columns.length > 0
      ? columns
      : fact.column !== null
        ? [{ column: fact.column, psi: fact.maxPsi, verdict: fact.verdict }]
        : [];
  const [largest] = rows;
  const bars = rows.slice(0, SHOWN).map(
    ({ column, psi, verdict }): Bar => ({
      label: column,
      value: psi,
      text: psi.toFixed(3),
      tone: barTones[verdict ?? (psi > fact.limit ? "major" : psi >= 0.1 ? "moderate" : "stable")] ?? "plain",
    }),
  );
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <Badge tone={tones[fact.verdict] ?? "plain"}>{fact.verdict}</Badge>
        <span className="text-muted">
          {fact.column === null && "no column moved by more than chance explains, "}
          {fact.column !== null && largest !== undefined && (
            <>
              largest index {formatMetric(largest.psi)} in{" "}
              <span className="font-mono text-xs">{largest.column}</span>,{" "}
            </>
          )}
          {plural(fact.columns, "column")} compared
        </span>
      </div>
      {bars.length > 0 && (
        <BarList
          label="Population stability index by column"
          bars={bars}
          limit={{ value: fact.limit, text: `population stability index, limit ${fact.limit}` }}
        />
      )}
      {rows.length > SHOWN && (
        <p className="text-sm text-faint">and {plural(rows.length - SHOWN, "more column")} below these</p>
      )}
    </div>
  );
}
