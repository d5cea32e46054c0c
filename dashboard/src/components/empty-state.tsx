import type { ReactNode } from "react";
import { Icon, type IconName } from "./icon.tsx";

/** Says that there is nothing here, why, and what to do. */
export function EmptyState({
  icon,
  title,
  children,
  action,
}: {
  icon: IconName;
  title: string;
  children?: ReactNode;
  action?: ReactNode | undefined;
}) {
  return (
    <div className="flex flex-col items-center gap-2 px-6 py-14 text-center">
      <span className="grid size-10 place-items-center rounded-full bg-sunken text-faint">
        <Icon name={icon} className="size-5" />
      </span>
      <p className="text-md font-semibold">{title}</p>
      {children !== undefined && <p className="max-w-md text-muted">{children}</p>}
      {action !== undefined && <div className="mt-2">{action}</div>}
    </div>
  );
}
