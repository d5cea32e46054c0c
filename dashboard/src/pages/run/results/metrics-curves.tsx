import { ConfusionTable } from "../../../components/charts/confusion-table.tsx";
import { CurveChart } from "../../../components/charts/curve-chart.tsx";
import { Panel } from "../../../components/panel.tsx";
import type { MetricsReport } from "../../../log/read-report.ts";

/** The curves of a metrics report; nothing when it has none. */
export function MetricsCurves({ report }: { report: MetricsReport }) {
  const { roc, precisionRecall, calibration, confusion } = report;
  const hasCurves = roc.length > 0 || precisionRecall.length > 0 || calibration.length > 0;
  if (!hasCurves && confusion === undefined) return null;
  return (
    <Panel title="Curves">
      <div className="grid gap-6 sm:grid-cols-2 xl:grid-cols-4">
        {roc.length > 0 && (
          <CurveChart
            title="ROC"
            summary={`true positive rate ${at(roc, 0.1)} at a false positive rate of 0.1`}
            xLabel="false positive rate"
            yLabel="true positive rate"
            diagonal
            curves={[{ name: "model", points: roc, look: "line" }]}
          />
        )}
        {precisionRecall.length > 0 && (
          <CurveChart
            title="Precision and recall"
            summary={`precision ${at(precisionRecall, 0.5)} at a recall of 0.5`}
            xLabel="recall"
            yLabel="precision"
            curves={[{ name: "model", points: precisionRecall, look: "line" }]}
          />
        )}
        {calibration.length > 0 && (
          <CurveChart
            title="Calibration"
            summary={calibration
              .map(([x, y]) => `${x.toFixed(2)} predicted, ${y.toFixed(2)} seen`)
              .join("; ")}
            xLabel="mean predicted probability"
            yLabel="share of positives"
            diagonal
            curves={[{ name: "model", points: calibration, look: "dots" }]}
          />
        )}
        {confusion !== undefined && <ConfusionTable labels={confusion.labels} counts={confusion.counts} />}
      </div>
    </Panel>
  );
}

/** The curve's height at a place, by its nearest point. */
function at(points: readonly (readonly [number, number])[], x: number): string {
  const nearest = points.reduce((best, point) =>
    Math.abs(point[0] - x) < Math.abs(best[0] - x) ? point : best,
  );
  return nearest[1].toFixed(2);
}
