import type { NodeVisit } from "#core/events/run-state.ts";
import { ActivityIcon, activityWord } from "../../../components/activity-icon.tsx";
import { Badge } from "../../../components/badge.tsx";
import { KeyValues } from "../../../components/key-values.tsx";
import { Notice } from "../../../components/notice.tsx";
import { Panel } from "../../../components/panel.tsx";
import { Elapsed } from "../../../components/time.tsx";
import { formatDateTime } from "../../../format/time.ts";
import { stateOfVisit } from "../../../log/activity-state.ts";
import { GateCard } from "../../gate-card/gate-card.tsx";
import { GateAnswer } from "../gates/gate-answer.tsx";
import { GoToGate } from "../gates/go-to-gate.tsx";
import { useRunView } from "../run-view.tsx";

/** A node of the workflow at one of its visits: objective, choice of a router, gate of a checkpoint. */
export function NodeDetail({ visit }: { visit: NodeVisit }) {
  const { state, reading, detail, select } = useRunView();
  const standing = stateOfVisit(state, visit);
  const node = detail?.workflow?.nodes.find((one) => one.id === visit.nodeId);
  const invocation = visit.invocationId === undefined ? undefined : state.invocations.get(visit.invocationId);
  const routes = reading.trace.routes.filter(
    (route) => route.nodeId === visit.nodeId && route.visit === visit.visit,
  );
  const gate = visit.gateId === undefined ? undefined : state.gates.get(visit.gateId)?.gate;
  return (
    <div className="flex flex-col gap-3">
      <header className="flex flex-wrap items-center gap-2">
        <ActivityIcon state={standing} />
        <h2 className="text-md font-semibold">{visit.nodeId}</h2>
        <Badge tone="accent">{visit.type}</Badge>
        <span className="text-muted">{activityWord(standing)}</span>
      </header>
      {visit.failure !== undefined && <Notice tone="bad">{visit.failure.message}</Notice>}
      <Panel title="Node">
        <KeyValues
          isDense
          items={[
            ...(node?.objective === undefined ? [] : ([["Objective", node.objective]] as const)),
            ["Visit", visit.visit],
            ["Entered", formatDateTime(visit.startedAt)],
            ["Duration", <Elapsed key="duration" from={visit.startedAt} to={visit.endedAt} />],
            ...(invocation === undefined
              ? []
              : ([
                  [
                    "Agent",
                    <button
                      key="agent"
                      type="button"
                      className="text-link"
                      onClick={() => {
                        select(invocation.invocationId);
                      }}
                    >
                      {invocation.agent}
                    </button>,
                  ],
                ] as const)),
          ]}
        />
      </Panel>
      {routes.map((route) => (
        <Panel key={route.seq} title={`Chose ${route.to}`}>
          <KeyValues
            items={[
              [
                "Because",
                <code key="condition" className="font-mono text-xs break-words">
                  {route.condition ?? "no condition stood in the way"}
                </code>,
              ],
              ...Object.entries(route.values).map(
                ([path, value]) =>
                  [
                    path,
                    <code key={path} className="font-mono text-xs">
                      {JSON.stringify(value)}
                    </code>,
                  ] as const,
              ),
            ]}
          />
        </Panel>
      ))}
      {gate?.state === "open" && <GoToGate gateId={gate.gateId} />}
      {gate !== undefined && gate.state !== "open" && (
        <GateCard gateId={gate.gateId} state={gate.state} answer={<GateAnswer gateId={gate.gateId} />} />
      )}
    </div>
  );
}
