import { Tabs } from "../../components/tabs.tsx";
import { ActivityTab } from "./activity/activity-tab.tsx";
import { ArtifactsTab } from "./artifacts/artifacts-tab.tsx";
import { CostTab } from "./cost/cost-tab.tsx";
import { EventsTab } from "./events/events-tab.tsx";
import { GatesTab } from "./gates/gates-tab.tsx";
import { ResultsTab } from "./results/results-tab.tsx";
import { useRunView } from "./run-view.tsx";
import { TimelineTab } from "./timeline/timeline-tab.tsx";

/** The ways to look at a run. */
export function RunTabs({ tab }: { tab: string }) {
  const { state, reading, openTab } = useRunView();
  const tabs = [
    { id: "activity", label: "Activity", content: () => <ActivityTab /> },
    { id: "timeline", label: "Timeline", content: () => <TimelineTab /> },
    { id: "results", label: "Results", content: () => <ResultsTab /> },
    {
      id: "artifacts",
      label: "Artifacts",
      extra: <Count value={state.artifacts.size} />,
      content: () => <ArtifactsTab />,
    },
    { id: "gates", label: "Gates", extra: <Count value={state.gates.size} />, content: () => <GatesTab /> },
    {
      id: "events",
      label: "Events",
      extra: <Count value={reading.events.length} />,
      content: () => <EventsTab />,
    },
    { id: "cost", label: "Cost", content: () => <CostTab /> },
  ];
  const value = tabs.some((one) => one.id === tab) ? tab : "activity";
  return <Tabs label="Views of the run" tabs={tabs} value={value} onChange={openTab} />;
}

function Count({ value }: { value: number }) {
  if (value === 0) return null;
  return <span className="rounded-sm bg-sunken px-1 text-xs text-faint tabular-nums">{value}</span>;
}
