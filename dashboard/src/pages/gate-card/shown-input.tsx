import type { GateDetail } from "#api/contract/gates.ts";
import { JsonView } from "../../components/json-view.tsx";
import { KeyValues } from "../../components/key-values.tsx";
import { ValueView } from "../../components/value-view.tsx";
import { objectOf } from "../../log/read-message.ts";
import { FactCards } from "../facts/fact-cards.tsx";

/** What a gate stands before: readable on one side, exactly what is approved on the other. */
export function ShownInput({ detail }: { detail: GateDetail }) {
  const { shown, gate } = detail;
  const facts = gate.subject.kind === "checkpoint" ? objectOf(shown["facts"]) : undefined;
  const input = objectOf(shown["input"]);
  return (
    <div className="grid gap-4 xl:grid-cols-[minmax(0,1fr)_minmax(0,26rem)]">
      <div className="min-w-0">
        {facts !== undefined && <FactCards facts={facts} />}
        {facts === undefined && input !== undefined && (
          <>
            <h3 className="mb-1.5 font-semibold">Arguments</h3>
            <KeyValues
              items={Object.entries(input).map(
                ([name, value]) => [name, <ValueView key={name} value={value} />] as const,
              )}
            />
            {Object.keys(input).length === 0 && <p className="text-muted">The call has no arguments.</p>}
          </>
        )}
      </div>
      <div className="min-w-0">
        <h3 className="mb-1.5 font-semibold">Exact input</h3>
        <JsonView value={shown} label="Exact input" />
      </div>
    </div>
  );
}
