import type { MetricsReport } from "../../log/read-report.ts";
import type { MetricsFact } from "../../log/read-facts.ts";
import { classNames } from "../../components/class-names.ts";
import { formatCount, formatMetric } from "../../format/number.ts";
import { metricName } from "../../format/words.ts";

/** Counts among the values that say nothing about quality. */
const counts = new Set(["rowCount", "positives"]);
/** Metrics of which less is better. */
const lowerIsBetter = /loss|brier|rmse|mae|mape|error|mse/i;

/** What a model achieves on held-out rows, the main metric first; changes against an earlier model where one was. */
export function MetricsView({
  fact,
  before,
  intervals = {},
}: {
  fact: MetricsFact;
  before?: MetricsFact | undefined;
  intervals?: MetricsReport["intervals"];
}) {
  const primary = fact.values[fact.primary];
  const others = Object.entries(fact.values).filter(([name]) => name !== fact.primary && !counts.has(name));
  const interval = intervals[fact.primary];
  return (
    <div className="flex flex-col gap-3">
      {primary !== undefined && (
        <div className="flex flex-wrap items-baseline gap-x-3">
          <span className="text-xl font-semibold tabular-nums">{formatMetric(primary)}</span>
          <span className="text-muted">{metricName(fact.primary)}</span>
          <Change name={fact.primary} now={primary} before={before?.values[fact.primary]} />
          {interval !== undefined && (
            <span className="text-sm text-faint tabular-nums">
              95 % between {formatMetric(interval[0])} and {formatMetric(interval[1])}
            </span>
          )}
        </div>
      )}
      <dl className="grid grid-cols-[repeat(auto-fill,minmax(8.5rem,1fr))] gap-x-4 gap-y-2">
        {others.map(([name, value]) => (
          <div key={name}>
            <dt className="truncate text-sm text-faint" title={metricName(name)}>
              {metricName(name)}
            </dt>
            <dd className="font-medium tabular-nums">
              {formatMetric(value)} <Change name={name} now={value} before={before?.values[name]} />
            </dd>
          </div>
        ))}
      </dl>
      <p className="text-sm text-faint">on {formatCount(fact.rows)} held-out rows</p>
    </div>
  );
}

function Change({ name, now, before }: { name: string; now: number; before: number | undefined }) {
  if (before === undefined || Math.abs(now - before) < 5e-5) return null;
  const isBetter = lowerIsBetter.test(name) ? now < before : now > before;
  return (
    <span
      className={classNames("text-sm font-normal tabular-nums", isBetter ? "text-good" : "text-bad")}
      title={`${formatMetric(before)} before mitigation`}
    >
      {now > before ? "+" : "−"}
      {formatMetric(Math.abs(now - before))}
      <span className="sr-only"> against {formatMetric(before)} before</span>
    </span>
  );
}
