import type { MatchedRule } from "#core/contract/permission.ts";
import { Badge, type Tone } from "../../../components/badge.tsx";
import { type Column, DataTable } from "../../../components/data-table.tsx";
import { JsonView } from "../../../components/json-view.tsx";
import { Panel } from "../../../components/panel.tsx";
import type { CallTrace } from "../../../log/run-trace.ts";
import { Payload } from "../payload.tsx";

type Decision = CallTrace["decisions"][number];

const tones: Record<MatchedRule["behaviour"], Tone> = { allow: "good", deny: "bad", ask: "ask" };

/** A permission decision: what was decided, by which rule, and every rule that matched, strongest first. */
export function DecisionPanel({ decision }: { decision: Decision }) {
  const columns: Column<MatchedRule>[] = [
    {
      id: "behaviour",
      header: "Says",
      cell: (rule) => <Badge tone={tones[rule.behaviour]}>{rule.behaviour}</Badge>,
    },
    {
      id: "rule",
      header: "Rule",
      cell: (rule) => (
        <>
          <span className="font-mono text-xs break-all">{rule.id}</span>
          {rule.id === decision.winner?.id && <span className="text-sm text-faint"> (decided)</span>}
          <div className="text-sm text-muted">{rule.reason}</div>
        </>
      ),
    },
    { id: "source", header: "Source", cell: (rule) => rule.source },
    {
      id: "priority",
      header: "Priority",
      align: "right",
      cell: (rule) => (rule.invariant ? "invariant" : rule.priority),
    },
  ];
  return (
    <Panel
      title="Decision"
      extra={
        <Badge tone={tones[decision.outcome]}>
          {decision.outcome}
          {decision.invariant ? ", invariant" : ""}
        </Badge>
      }
      isFlush
    >
      <p className="px-3.5 pt-2.5 pb-1.5">
        {decision.reason}{" "}
        <span className="text-faint">
          {decision.winner === undefined ? "No rule matched; the tool's default decided." : ""} Asked in the
          role {decision.role}.
        </span>
      </p>
      {decision.matched.length > 0 && (
        <DataTable
          label="Rules that matched"
          columns={columns}
          rows={decision.matched}
          rowKey={(rule) => rule.id}
        />
      )}
      {decision.hasPayload && (
        <div className="px-3.5 pb-3">
          <details>
            <summary className="text-sm text-muted">All {decision.matchedCount} rules that matched</summary>
            <div className="mt-2">
              <Payload seq={decision.seq}>{(json) => <JsonView value={json} label="Decision" />}</Payload>
            </div>
          </details>
        </div>
      )}
    </Panel>
  );
}
