import { GateCard } from "../../gate-card/gate-card.tsx";
import { useRunView } from "../run-view.tsx";

/** Everything in this run that waits for a person, above all else. */
export function OpenGates() {
  const { state } = useRunView();
  const open = [...state.gates.values()].filter((record) => record.gate.state === "open");
  if (open.length === 0) return null;
  return (
    <div role="group" aria-label="Open gates" className="flex flex-col gap-3 px-4 pb-3 md:px-6">
      {open.map(({ gate }) => (
        <GateCard key={gate.gateId} gateId={gate.gateId} state="open" />
      ))}
    </div>
  );
}
