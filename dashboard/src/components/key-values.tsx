import type { ReactNode } from "react";
import { classNames } from "./class-names.ts";

/** Names and values in two columns. */
export function KeyValues({
  items,
  isDense = false,
}: {
  items: readonly (readonly [name: string, value: ReactNode])[];
  isDense?: boolean;
}) {
  return (
    <dl
      className={classNames(
        "grid grid-cols-[minmax(6.5rem,max-content)_minmax(0,1fr)] gap-x-4",
        isDense ? "gap-y-0.5" : "gap-y-1.5",
      )}
    >
      {items.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-faint">{name}</dt>
          <dd className="min-w-0 break-words">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
