import { Badge } from "../../components/badge.tsx";
import { KeyValues } from "../../components/key-values.tsx";
import { formatCount, formatMetric, formatPercent } from "../../format/number.ts";
import { metricName, plural, toWords } from "../../format/words.ts";
import type { DataFact, ModelFact, ProfileFact, SplitFact, ValidationFact } from "../../log/read-facts.ts";

export function ModelView({ fact }: { fact: ModelFact }) {
  return (
    <KeyValues
      isDense
      items={[
        ["Algorithm", toWords(fact.algorithm)],
        ["Problem", fact.problemType],
        ["Features", fact.features],
        ["Trained on", `${formatCount(fact.trainRows)} rows`],
        ["Mitigation", fact.mitigation === "none" ? "none" : <Badge key="m">{fact.mitigation}</Badge>],
        ["Validation", `${metricName(fact.validation.metric)} ${formatMetric(fact.validation.value)}`],
      ]}
    />
  );
}

export function DataView({ fact }: { fact: DataFact }) {
  return (
    <KeyValues
      isDense
      items={[
        ["Rows", formatCount(fact.rows)],
        ["Columns", fact.columns],
        [
          "Target",
          <code key="t" className="font-mono text-xs">
            {fact.target}
          </code>,
        ],
        ["Problem", fact.problemType],
        ...(fact.positiveClass === undefined ? [] : ([["Positive class", fact.positiveClass]] as const)),
        ...(fact.classes === undefined ? [] : ([["Classes", fact.classes.join(", ")]] as const)),
      ]}
    />
  );
}

export function SplitView({ fact }: { fact: SplitFact }) {
  const { train, validation, test } = fact.rows;
  const all = Math.max(1, train + validation + test);
  const parts = [
    { name: "train", rows: train, fill: "bg-series-1" },
    { name: "validation", rows: validation, fill: "bg-series-2" },
    { name: "test", rows: test, fill: "bg-series-faint" },
  ];
  return (
    <div className="flex flex-col gap-2">
      <div aria-hidden="true" className="flex h-2.5 gap-0.5 overflow-hidden rounded-full">
        {parts.map((part) => (
          <span key={part.name} className={part.fill} style={{ width: `${(part.rows / all) * 100}%` }} />
        ))}
      </div>
      <ul className="flex flex-wrap gap-x-4 gap-y-1 text-sm">
        {parts.map((part) => (
          <li key={part.name} className="flex items-center gap-1.5">
            <span aria-hidden="true" className={`size-2 rounded-full ${part.fill}`} />
            {part.name} {formatCount(part.rows)}{" "}
            <span className="text-faint">{formatPercent(part.rows / all)}</span>
          </li>
        ))}
      </ul>
      <p className="text-sm text-faint">{fact.method} split</p>
    </div>
  );
}

export function ProfileView({ fact }: { fact: ProfileFact }) {
  return (
    <div className="flex flex-col gap-2">
      <KeyValues
        isDense
        items={[
          ["Missing cells", `${formatCount(fact.missingCells)} (${formatPercent(fact.missingShare)})`],
          ["Duplicate rows", formatCount(fact.duplicateRows)],
        ]}
      />
      <Remarks texts={fact.warnings} />
    </div>
  );
}

export function ValidationView({ fact }: { fact: ValidationFact }) {
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center gap-2">
        <Badge tone={fact.ok ? "good" : "bad"} icon={fact.ok ? "check" : "cross"}>
          {fact.ok ? "Passed" : plural(fact.errors, "error")}
        </Badge>
        <span className="text-sm text-faint">{plural(fact.warnings, "warning")}</span>
      </div>
      <Remarks texts={[...fact.failed, ...fact.leakage.map((column) => `${column} gives the target away`)]} />
    </div>
  );
}

function Remarks({ texts }: { texts: readonly string[] }) {
  if (texts.length === 0) return null;
  return (
    <ul className="list-disc pl-4 text-sm text-muted">
      {texts.map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  );
}
