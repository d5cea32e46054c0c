import { ToggleGroup } from "@base-ui/react/toggle-group";
import { Toggle } from "@base-ui/react/toggle";

/** One of a few, side by side. */
export function Segmented<Value extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: Value;
  options: readonly { value: Value; label: string }[];
  onChange: (value: Value) => void;
}) {
  return (
    <ToggleGroup
      aria-label={label}
      value={[value]}
      onValueChange={(values: string[]) => {
        const chosen = options.find((option) => option.value === values[0]);
        if (chosen !== undefined) onChange(chosen.value);
      }}
      className="inline-flex max-w-full flex-wrap gap-0.5 rounded-md border bg-sunken p-0.5"
    >
      {options.map((option) => (
        <Toggle
          key={option.value}
          value={option.value}
          className="h-6.5 rounded-sm px-2.5 text-sm font-medium whitespace-nowrap text-muted hover:text-ink data-pressed:bg-surface data-pressed:text-ink data-pressed:shadow-raised"
        >
          {option.label}
        </Toggle>
      ))}
    </ToggleGroup>
  );
}
