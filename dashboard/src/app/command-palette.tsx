import { Dialog } from "@base-ui/react/dialog";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Command } from "cmdk";
import { type ReactNode, useEffect } from "react";
import type { RunPage } from "../api/client.ts";
import { Icon, type IconName } from "../components/icon.tsx";
import { statusWord } from "../components/status-badge.tsx";
import { sections } from "./sidebar.tsx";
import { useThemeChoice } from "./theme-toggle.tsx";

/** Goes anywhere by a few letters: Ctrl+K or Cmd+K. */
export function CommandPalette({
  isOpen,
  onOpenChange,
}: {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
}) {
  const navigate = useNavigate();
  const theme = useThemeChoice();
  const runs = useKnownRuns(isOpen);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      onOpenChange(true);
    };
    window.addEventListener("keydown", onKey);
    return () => {
      window.removeEventListener("keydown", onKey);
    };
  }, [onOpenChange]);
  const then = (act: () => unknown) => (): void => {
    onOpenChange(false);
    act();
  };
  return (
    <Dialog.Root open={isOpen} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-black/40" />
        <Dialog.Popup className="fixed top-[12vh] left-1/2 z-40 w-[calc(100vw-2rem)] max-w-lg -translate-x-1/2 overflow-hidden rounded-xl border border-line bg-raised shadow-float">
          <Dialog.Title className="sr-only">Go to</Dialog.Title>
          <Command label="Go to">
            <Command.Input
              placeholder="Search runs and pages"
              aria-label="Search runs and pages"
              className="h-11 w-full border-b border-line bg-transparent px-4 text-md outline-none"
            />
            <Command.List className="thin-scroll max-h-[50vh] overflow-y-auto p-1.5">
              <Command.Empty className="px-3 py-6 text-center text-muted">Nothing found.</Command.Empty>
              <Command.Group heading="Pages" className={group}>
                {sections.map(({ to, label, icon }) => (
                  <Item key={to} icon={icon} onSelect={then(() => navigate({ to }))}>
                    {label}
                  </Item>
                ))}
                <Item icon="plus" onSelect={then(() => navigate({ to: "/runs/new" }))}>
                  Start a run
                </Item>
              </Command.Group>
              {runs.length > 0 && (
                <Command.Group heading="Runs" className={group}>
                  {runs.map((run) => (
                    <Item
                      key={run.runId}
                      icon="runs"
                      value={`${run.runId} ${run.problem} ${run.dataName}`}
                      onSelect={then(() =>
                        navigate({ to: "/runs/$runId", params: { runId: run.runId }, search: {} }),
                      )}
                    >
                      <span className="min-w-0 flex-1 truncate">{run.problem}</span>
                      <span className="text-faint">{statusWord(run.status)}</span>
                    </Item>
                  ))}
                </Command.Group>
              )}
              <Command.Group heading="Theme" className={group}>
                {(["system", "light", "dark"] as const).map((one) => (
                  <Item
                    key={one}
                    icon={one === "light" ? "sun" : one === "dark" ? "moon" : "system"}
                    value={`theme ${one}`}
                    onSelect={then(() => {
                      theme.choose(one);
                    })}
                  >
                    {one === "system" ? "As the system" : one === "light" ? "Light" : "Dark"}
                  </Item>
                ))}
              </Command.Group>
            </Command.List>
          </Command>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

const group =
  "[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-sm [&_[cmdk-group-heading]]:text-faint";

function Item({
  icon,
  value,
  onSelect,
  children,
}: {
  icon: IconName;
  value?: string;
  onSelect: () => void;
  children: ReactNode;
}) {
  return (
    <Command.Item
      {...(value === undefined ? {} : { value })}
      onSelect={onSelect}
      className="flex cursor-pointer items-center gap-2.5 rounded-md px-2.5 py-1.5 data-[selected=true]:bg-selected"
    >
      <Icon name={icon} className="text-faint" />
      {children}
    </Command.Item>
  );
}

/** Runs that some list has fetched already; looking for them asks the server nothing. */
function useKnownRuns(isOpen: boolean): RunPage["items"] {
  const queries = useQueryClient();
  if (!isOpen) return [];
  const known = new Map<string, RunPage["items"][number]>();
  for (const [, page] of queries.getQueriesData<RunPage>({ queryKey: ["runs"] }))
    for (const row of page?.items ?? []) known.set(row.runId, row);
  return [...known.values()];
}
