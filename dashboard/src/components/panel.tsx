import { useId, type ReactNode } from "react";
import { classNames } from "./class-names.ts";

/** A titled box; screen readers can jump to it by its title. */
export function Panel({
  title,
  extra,
  isFlush = false,
  className,
  children,
}: {
  title: ReactNode;
  extra?: ReactNode | undefined;
  /** The content goes to the edge, as tables do. */
  isFlush?: boolean;
  className?: string | undefined;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <section
      aria-labelledby={id}
      className={classNames("flex min-w-0 flex-col rounded-lg border bg-surface shadow-raised", className)}
    >
      <header className="flex min-h-10 flex-wrap items-center gap-x-3 gap-y-1 border-b px-3.5 py-1.5">
        <h2 id={id} className="font-semibold">
          {title}
        </h2>
        {extra !== undefined && <div className="ml-auto flex items-center gap-2">{extra}</div>}
      </header>
      <div className={classNames("min-h-0 min-w-0 flex-1", !isFlush && "p-3.5")}>{children}</div>
    </section>
  );
}
