import type { ReactNode } from "react";
import { failureOf } from "../api/api-result.ts";
import { Button } from "./button.tsx";
import { classNames } from "./class-names.ts";
import { Icon, type IconName } from "./icon.tsx";

const looks = {
  info: { box: "border-line bg-sunken", icon: "info", colour: "text-muted" },
  ask: { box: "border-ask-mark/50 bg-ask-soft", icon: "hand", colour: "text-ask" },
  bad: { box: "border-bad-mark/50 bg-bad-soft", icon: "alert", colour: "text-bad" },
  good: { box: "border-good-mark/50 bg-good-soft", icon: "check", colour: "text-good" },
} as const satisfies Record<string, { box: string; icon: IconName; colour: string }>;

/** A note in the flow of the page. `isAlert` has screen readers say it at once. */
export function Notice({
  tone,
  title,
  isAlert = false,
  action,
  children,
}: {
  tone: keyof typeof looks;
  title?: string;
  isAlert?: boolean;
  action?: ReactNode | undefined;
  children?: ReactNode;
}) {
  const { box, icon, colour } = looks[tone];
  return (
    <div
      role={isAlert ? "alert" : undefined}
      className={classNames("flex items-start gap-2.5 rounded-lg border px-3 py-2.5", box)}
    >
      <Icon name={icon} className={classNames("mt-0.5", colour)} />
      <div className="min-w-0 flex-1 break-words">
        {title !== undefined && <p className={classNames("font-semibold", colour)}>{title}</p>}
        {children !== undefined && <div className="text-ink">{children}</div>}
      </div>
      {action}
    </div>
  );
}

/** Why something could not be fetched or done, in the server's own words. */
export function FailureNotice({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const failure = failureOf(error);
  return (
    <Notice
      tone="bad"
      isAlert
      action={
        onRetry === undefined ? undefined : (
          <Button size="small" onClick={onRetry}>
            Try again
          </Button>
        )
      }
    >
      {failure.message} <code className="font-mono text-xs text-muted">{failure.code}</code>
    </Notice>
  );
}
