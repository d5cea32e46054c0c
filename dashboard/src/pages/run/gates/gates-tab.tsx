import { EmptyState } from "../../../components/empty-state.tsx";
import { GateCard } from "../../gate-card/gate-card.tsx";
import { useRunView } from "../run-view.tsx";
import { GateAnswer } from "./gate-answer.tsx";

/** The gates of the run that were decided, newest first; open ones stand above all tabs. */
export function GatesTab() {
  const { state } = useRunView();
  const records = [...state.gates.values()];
  const decided = records.filter((record) => record.gate.state !== "open").toReversed();
  const open = records.length - decided.length;
  if (records.length === 0) {
    return (
      <EmptyState icon="gate" title="No gate so far">
        A gate opens where the workflow or a policy wants a person to decide.
      </EmptyState>
    );
  }
  return (
    <div className="flex flex-col gap-3 p-4 md:px-6">
      {open > 0 && <p className="text-muted">What waits for a decision stands at the top of the page.</p>}
      {decided.map(({ gate }) => (
        <GateCard
          key={gate.gateId}
          gateId={gate.gateId}
          state={gate.state}
          answer={<GateAnswer gateId={gate.gateId} />}
        />
      ))}
    </div>
  );
}
