import { Link } from "@tanstack/react-router";
import { type ReactNode, useEffect } from "react";

/** A page's way back, title and actions. Sets the title of the window too. */
export function PageHeader({
  title,
  windowTitle,
  parent,
  actions,
  children,
}: {
  title: ReactNode;
  /** When the title is more than text. */
  windowTitle?: string;
  /** The page above, for pages below the first level. */
  parent?: { to: "/" | "/gates" | "/agents" | "/tools"; label: string; here: string };
  actions?: ReactNode;
  children?: ReactNode;
}) {
  const text = windowTitle ?? (typeof title === "string" ? title : "");
  useEffect(() => {
    document.title = text === "" ? "Swarm" : `${text} · Swarm`;
  }, [text]);
  return (
    <header className="flex flex-col gap-1.5 px-4 pt-4 pb-3 md:px-6 md:pt-5">
      {parent !== undefined && (
        <nav aria-label="Breadcrumb">
          <ol className="flex flex-wrap items-center gap-1.5 text-sm text-faint">
            <li>
              <Link to={parent.to} className="text-link">
                {parent.label}
              </Link>
            </li>
            <li aria-hidden="true">/</li>
            <li aria-current="page" className="min-w-0 truncate">
              {parent.here}
            </li>
          </ol>
        </nav>
      )}
      <div className="flex flex-wrap items-start gap-x-4 gap-y-2 md:flex-nowrap">
        <h1 className="min-w-0 flex-1 basis-60 text-lg font-semibold break-words">{title}</h1>
        {actions !== undefined && <div className="flex shrink-0 flex-wrap items-center gap-2">{actions}</div>}
      </div>
      {children}
    </header>
  );
}
