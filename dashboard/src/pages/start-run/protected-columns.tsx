import { classNames } from "../../components/class-names.ts";
import type { RunDraft } from "./run-draft.ts";

/** Columns whose groups must not be treated differently; any number may be checked. */
export function ProtectedColumns({
  draft,
  onChange,
}: {
  draft: RunDraft;
  onChange: (names: string[]) => void;
}) {
  const columns = draft.dataset?.columns ?? [];
  return (
    <fieldset className="flex flex-col gap-1">
      <legend className="mb-1 font-medium">Protected columns</legend>
      {columns.length === 0 ? (
        <p className="text-sm text-faint">Columns appear once the data is here.</p>
      ) : (
        <div className="flex flex-wrap gap-1.5">
          {columns.map(({ name }) => {
            const isChecked = draft.protected.includes(name);
            const isTarget = name === draft.target;
            return (
              <label
                key={name}
                className={classNames(
                  "inline-flex h-7 cursor-pointer items-center gap-1.5 rounded-md border px-2 has-focus-visible:outline-2 has-focus-visible:outline-focus",
                  isChecked
                    ? "border-accent bg-selected text-accent-text"
                    : "border-line-strong/50 text-muted",
                  isTarget && "cursor-not-allowed opacity-50",
                )}
              >
                <input
                  type="checkbox"
                  className="accent-accent"
                  checked={isChecked}
                  disabled={isTarget}
                  onChange={(event) => {
                    onChange(
                      event.currentTarget.checked
                        ? [...draft.protected, name]
                        : draft.protected.filter((one) => one !== name),
                    );
                  }}
                />
                <span className="font-mono text-xs">{name}</span>
              </label>
            );
          })}
        </div>
      )}
      <p className="text-sm text-faint">
        The audit compares how the model treats the groups of these columns. Without any, nothing is audited.
      </p>
    </fieldset>
  );
}
