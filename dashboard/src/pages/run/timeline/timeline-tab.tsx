import { useState } from "react";
import { useNow } from "../../../app/clock.tsx";
import { EmptyState } from "../../../components/empty-state.tsx";
import { Segmented } from "../../../components/segmented.tsx";
import { hasEnded } from "../../../log/activity-state.ts";
import { endOfRun, timelineGroups } from "../../../log/timeline-spans.ts";
import { useRunView } from "../run-view.tsx";
import { TimelineChart } from "./timeline-chart.tsx";
import { TimelineTable } from "./timeline-table.tsx";

/** When everything happened and how long it took: as a drawing, or as a table that says the same. */
export function TimelineTab() {
  const { state, reading } = useRunView();
  const [look, setLook] = useState<"chart" | "table">("chart");
  const [waits, setWaits] = useState<"fold" | "true">("fold");
  const isOver = hasEnded(state);
  const now = useNow(isOver || state.phase.status !== "running" ? undefined : 250);
  const groups = timelineGroups(state, reading.trace, now);
  const from = Date.parse(state.createdAt);
  const to = endOfRun(state, now);
  const pauses = reading.trace.pauses.map((pause) => ({
    from: Date.parse(pause.from),
    to: pause.to === undefined ? to : Date.parse(pause.to),
  }));

  if (state.visits.length === 0) {
    return <EmptyState icon="clock" title="Nothing has happened yet" />;
  }
  return (
    <div className="flex flex-col gap-3 p-4 md:px-6">
      <div className="flex flex-wrap items-center gap-3">
        <Segmented
          label="Form of the timeline"
          value={look}
          options={[
            { value: "chart", label: "Chart" },
            { value: "table", label: "Table" },
          ]}
          onChange={setLook}
        />
        {look === "chart" && pauses.length > 0 && (
          <Segmented
            label="Time spent waiting for people"
            value={waits}
            options={[
              { value: "fold", label: "Waiting folded" },
              { value: "true", label: "True length" },
            ]}
            onChange={setWaits}
          />
        )}
      </div>
      {look === "chart" ? (
        <TimelineChart groups={groups} from={from} to={to} pauses={pauses} isFolded={waits === "fold"} />
      ) : (
        <TimelineTable groups={groups} from={from} />
      )}
    </div>
  );
}
