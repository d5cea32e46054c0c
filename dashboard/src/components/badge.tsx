import type { ReactNode } from "react";
import { classNames } from "./class-names.ts";
import { Icon, type IconName } from "./icon.tsx";

export type Tone = "plain" | "good" | "bad" | "ask" | "busy" | "accent";

const tones: Record<Tone, string> = {
  plain: "bg-sunken text-muted",
  good: "bg-good-soft text-good",
  bad: "bg-bad-soft text-bad",
  ask: "bg-ask-soft text-ask",
  busy: "bg-busy-soft text-busy",
  accent: "bg-selected text-accent-text",
};

/** Words in a coloured box; the words carry the meaning, the colour only helps. */
export function Badge({
  tone = "plain",
  icon,
  isMono = false,
  className,
  children,
}: {
  tone?: Tone;
  icon?: IconName;
  isMono?: boolean;
  className?: string | undefined;
  children: ReactNode;
}) {
  return (
    <span
      className={classNames(
        "inline-flex h-5 items-center gap-1 rounded-sm px-1.5 text-sm font-medium whitespace-nowrap",
        isMono && "font-mono text-xs font-normal",
        tones[tone],
        className,
      )}
    >
      {icon !== undefined && <Icon name={icon} className="-ml-0.5 size-3.5" />}
      {children}
    </span>
  );
}
