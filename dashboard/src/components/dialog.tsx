import { Dialog as BaseDialog } from "@base-ui/react/dialog";
import type { ReactNode } from "react";
import { IconButton } from "./button.tsx";
import { classNames } from "./class-names.ts";

const popup =
  "fixed top-1/2 left-1/2 z-40 flex max-h-[calc(100dvh-2rem)] w-[calc(100vw-2rem)] -translate-x-1/2 -translate-y-1/2 flex-col rounded-xl border border-line bg-surface shadow-float transition-opacity duration-150 data-ending-style:opacity-0 data-starting-style:opacity-0";

const backdrop =
  "fixed inset-0 z-40 bg-black/40 transition-opacity duration-150 data-ending-style:opacity-0 data-starting-style:opacity-0";

/** A window over the page; Escape, the cross and a click beside it close it. */
export function Dialog({
  isOpen,
  onClose,
  title,
  description,
  width = "normal",
  children,
  footer,
}: {
  isOpen: boolean;
  onClose: () => void;
  title: ReactNode;
  description?: ReactNode | undefined;
  width?: "normal" | "wide";
  children: ReactNode;
  footer?: ReactNode | undefined;
}) {
  return (
    <BaseDialog.Root
      open={isOpen}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <BaseDialog.Portal>
        <BaseDialog.Backdrop className={backdrop} />
        <BaseDialog.Popup
          className={classNames(popup, width === "wide" ? "h-[calc(100dvh-2rem)] max-w-5xl" : "max-w-lg")}
        >
          <header className="flex items-start gap-3 border-b px-5 py-3.5">
            <div className="min-w-0 flex-1">
              <BaseDialog.Title className="text-md font-semibold break-words">{title}</BaseDialog.Title>
              {description !== undefined && (
                <BaseDialog.Description className="mt-0.5 text-muted">{description}</BaseDialog.Description>
              )}
            </div>
            <BaseDialog.Close render={<IconButton icon="cross" label="Close" size="small" />} />
          </header>
          <div className="thin-scroll min-h-0 flex-1 overflow-auto px-5 py-4">{children}</div>
          {footer !== undefined && (
            <footer className="flex flex-wrap justify-end gap-2 border-t px-5 py-3">{footer}</footer>
          )}
        </BaseDialog.Popup>
      </BaseDialog.Portal>
    </BaseDialog.Root>
  );
}
