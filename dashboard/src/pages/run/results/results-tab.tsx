import type { ReactNode } from "react";
import { EmptyState } from "../../../components/empty-state.tsx";
import { JsonView } from "../../../components/json-view.tsx";
import { Panel } from "../../../components/panel.tsx";
import { drawnFacts, readDrawnFacts, readFactHistory } from "../../../log/read-facts.ts";
import { DriftView } from "../../facts/drift-view.tsx";
import { ExplanationView } from "../../facts/explanation-view.tsx";
import { FairnessView } from "../../facts/fairness-view.tsx";
import { MetricsView } from "../../facts/metrics-view.tsx";
import { DataView, ModelView, ProfileView, SplitView, ValidationView } from "../../facts/short-views.tsx";
import { readDriftReport, readGroups, readMetricsReport } from "../../../log/read-report.ts";
import { useRunView } from "../run-view.tsx";
import { GroupTable } from "./group-table.tsx";
import { MetricsCurves } from "./metrics-curves.tsx";
import { PicturesPanel, picturesOf } from "./pictures-panel.tsx";
import { useReport } from "./use-report.ts";

/** What the run has found, from the facts that its tools established and the reports behind them. */
export function ResultsTab() {
  const { state } = useRunView();
  const facts = readDrawnFacts(state.facts);
  const metrics = useReport(facts.metrics?.artifact);
  const fairness = useReport(facts.fairness?.artifact);
  const drift = useReport(facts.drift?.artifact);
  const report = readMetricsReport(metrics);
  const earlierMetrics = earlier(readFactHistory(drawnFacts.metrics, state.factHistory.get("metrics")));
  const earlierFairness = earlier(readFactHistory(drawnFacts.fairness, state.factHistory.get("fairness")));
  const groups = readGroups(fairness);
  const pictures = picturesOf(state.artifacts.values());
  // Until a tool has drawn the evaluation, its curves are drawn here from the report.
  const isDrawn = pictures.some(({ name }) => /\/(roc|confusion|residuals)\.svg$/.test(name));
  const others = Object.entries(state.facts).filter(([name]) => !(name in facts));

  if (Object.keys(state.facts).length === 0) {
    return (
      <EmptyState icon="info" title="No results yet">
        Numbers appear here as soon as a tool has established them.
      </EmptyState>
    );
  }
  return (
    <div className="flex flex-col gap-4 p-4 md:px-6">
      <div className="gap-4 lg:columns-2">
        {facts.metrics !== undefined && (
          <Card title="Metrics">
            <MetricsView fact={facts.metrics} before={earlierMetrics} intervals={report.intervals} />
          </Card>
        )}
        {facts.fairness !== undefined && (
          <Card title="Fairness">
            <FairnessView fact={facts.fairness} before={earlierFairness} />
            {groups.length > 0 && <GroupTable groups={groups} />}
          </Card>
        )}
        {facts.drift !== undefined && (
          <Card title="Drift">
            <DriftView fact={facts.drift} columns={readDriftReport(drift)} />
          </Card>
        )}
        {facts.explanation !== undefined && (
          <Card title="Explanation">
            <ExplanationView fact={facts.explanation} />
          </Card>
        )}
      </div>
      {metrics !== undefined && facts.metrics !== undefined && !isDrawn && <MetricsCurves report={report} />}
      <PicturesPanel pictures={pictures} />
      <div className="gap-4 lg:columns-2">
        {facts.model !== undefined && (
          <Card title="Model">
            <ModelView fact={facts.model} />
          </Card>
        )}
        {facts.data !== undefined && (
          <Card title="Data">
            <DataView fact={facts.data} />
          </Card>
        )}
        {facts.split !== undefined && (
          <Card title="Split">
            <SplitView fact={facts.split} />
          </Card>
        )}
        {facts.profile !== undefined && (
          <Card title="Profile">
            <ProfileView fact={facts.profile} />
          </Card>
        )}
        {facts.validation !== undefined && (
          <Card title="Validation">
            <ValidationView fact={facts.validation} />
          </Card>
        )}
        {others.length > 0 && (
          <Card title="Further facts">
            <JsonView value={Object.fromEntries(others)} label="Further facts" />
          </Card>
        )}
      </div>
    </div>
  );
}

function Card({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Panel title={title} className="mb-4 break-inside-avoid">
      <div className="flex flex-col gap-3">{children}</div>
    </Panel>
  );
}

/** The first value where a later one replaced it. */
const earlier = <Fact,>(history: readonly Fact[]): Fact | undefined =>
  history.length > 1 ? history[0] : undefined;
