import type { ReactNode } from "react";
import { classNames } from "./class-names.ts";
import { CopyButton } from "./copy-button.tsx";

/** Text in its own spacing, scrolling in itself; `copy` is what the button puts on the clipboard. */
export function CodeBlock({
  label,
  copy,
  isWrapped = false,
  maxHeight = "max-h-96",
  children,
}: {
  label: string;
  copy: string;
  isWrapped?: boolean;
  maxHeight?: string;
  children: ReactNode;
}) {
  return (
    <div className="relative rounded-md border bg-sunken">
      <pre
        // A box that scrolls must be reachable by keyboard.
        tabIndex={0}
        role="group"
        aria-label={label}
        className={classNames(
          "thin-scroll ring-inside overflow-auto rounded-md p-2.5 pr-10 font-mono text-xs leading-[1.15rem]",
          maxHeight,
          isWrapped && "break-words whitespace-pre-wrap",
        )}
      >
        {children}
      </pre>
      <div className="absolute top-1 right-1">
        <CopyButton text={copy} label={`Copy ${label.toLowerCase()}`} />
      </div>
    </div>
  );
}

/** A command to run in a terminal, in one line. */
export function CommandLine({ command, label }: { command: string; label: string }) {
  return (
    <div className="flex items-center gap-1 rounded-md border bg-sunken py-0.5 pr-1 pl-2.5">
      <code className="thin-scroll min-w-0 flex-1 overflow-x-auto font-mono text-xs whitespace-nowrap">
        {command}
      </code>
      <CopyButton text={command} label={label} />
    </div>
  );
}
