import { Button as BaseButton } from "@base-ui/react/button";
import type { ComponentProps } from "react";
import { classNames } from "./class-names.ts";
import { Icon, type IconName } from "./icon.tsx";
import { Tooltip } from "./tooltip.tsx";

export type ButtonKind = "primary" | "plain" | "quiet" | "danger" | "good";

const kinds: Record<ButtonKind, string> = {
  primary: "bg-accent text-on-accent border-transparent hover:bg-accent-strong",
  plain: "bg-surface text-ink border-line-strong/60 hover:bg-hover",
  quiet: "bg-transparent text-muted border-transparent hover:bg-hover hover:text-ink",
  danger: "bg-surface text-bad border-bad-mark/60 hover:bg-bad-soft",
  good: "bg-surface text-good border-good-mark/70 hover:bg-good-soft",
};

/** Shared by buttons and by links that look like one. */
export function buttonClass(kind: ButtonKind = "plain", size: "small" | "normal" = "normal"): string {
  return classNames(
    "inline-flex items-center justify-center gap-1.5 rounded-md border font-medium whitespace-nowrap select-none transition-colors",
    "disabled:opacity-50 data-disabled:opacity-50 data-disabled:cursor-not-allowed",
    size === "small" ? "h-6.5 px-2 text-sm" : "h-8 px-3 text-base",
    kinds[kind],
  );
}

type ButtonProps = Omit<ComponentProps<typeof BaseButton>, "className"> & {
  kind?: ButtonKind;
  size?: "small" | "normal";
  icon?: IconName;
  className?: string | undefined;
};

export function Button({ kind, size, icon, className, children, ...rest }: ButtonProps) {
  return (
    <BaseButton {...rest} className={classNames(buttonClass(kind, size), className)}>
      {icon !== undefined && <Icon name={icon} className={size === "small" ? "size-3.5" : undefined} />}
      {children}
    </BaseButton>
  );
}

type IconButtonProps = Omit<ButtonProps, "children" | "icon"> & { icon: IconName; label: string };

/** A button that is only a picture: its label is its name and its tooltip. */
export function IconButton({
  icon,
  label,
  kind = "quiet",
  size = "normal",
  className,
  ...rest
}: IconButtonProps) {
  return (
    <Tooltip text={label}>
      <BaseButton
        {...rest}
        aria-label={label}
        className={classNames(
          buttonClass(kind, size),
          size === "small" ? "w-6.5 px-0" : "w-8 px-0",
          className,
        )}
      >
        <Icon name={icon} className={size === "small" ? "size-3.5" : undefined} />
      </BaseButton>
    </Tooltip>
  );
}
