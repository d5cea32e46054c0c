import { useObservable, useServices } from "../../app/services.tsx";
import { SelectField, TextField } from "../../components/field.tsx";
import { Icon } from "../../components/icon.tsx";
import type { DraftField, RunDraft } from "./run-draft.ts";

/** Settings that have good defaults. */
export function MoreSettings({
  draft,
  problems,
  onChange,
}: {
  draft: RunDraft;
  problems: Partial<Record<DraftField, string>>;
  onChange: (next: Partial<RunDraft>) => void;
}) {
  const health = useObservable(useServices().feed.health);
  return (
    <details
      className="group"
      open={problems.seed !== undefined || problems.budgetUsd !== undefined || undefined}
    >
      <summary className="inline-flex list-none items-center gap-1 rounded-sm font-medium text-accent-text">
        <Icon name="chevron" className="size-3.5 transition-transform group-open:rotate-90" />
        More settings
      </summary>
      <div className="mt-3 grid gap-3 sm:grid-cols-2">
        <TextField
          label="Seed"
          inputMode="numeric"
          value={draft.seed}
          error={problems.seed}
          hint="The same data, workflow and seed give the same model."
          onChange={(event) => {
            onChange({ seed: event.currentTarget.value.trim() });
          }}
        />
        <TextField
          label="Budget in US dollars"
          inputMode="decimal"
          value={draft.budgetUsd}
          error={problems.budgetUsd}
          hint="The run stops before the model call that would go beyond."
          onChange={(event) => {
            onChange({ budgetUsd: event.currentTarget.value.trim() });
          }}
        />
        <SelectField
          label="Provider"
          value={draft.provider}
          hint={
            health?.providers.find((one) => one.id === draft.provider)?.detail ?? "Who answers as the model."
          }
          onChange={(event) => {
            onChange({ provider: event.currentTarget.value });
          }}
        >
          <option value="">As the agents say</option>
          {health?.providers.map((one) => (
            <option key={one.id} value={one.id} disabled={!one.usable}>
              {one.id}
              {one.usable ? "" : " (not set up)"}
            </option>
          ))}
        </SelectField>
        <TextField
          label="Model"
          value={draft.model}
          hint="A model's name for every agent; else each agent's own."
          onChange={(event) => {
            onChange({ model: event.currentTarget.value });
          }}
        />
      </div>
    </details>
  );
}
