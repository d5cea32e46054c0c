import { Dialog } from "@base-ui/react/dialog";
import { useQuery } from "@tanstack/react-query";
import { Link, useRouterState } from "@tanstack/react-router";
import { useState } from "react";
import { Button, IconButton } from "../components/button.tsx";
import { classNames } from "../components/class-names.ts";
import { Icon, type IconName } from "../components/icon.tsx";
import logo from "../assets/logo.svg";
import { gatesQuery } from "./queries.ts";
import { useObservable, useServices } from "./services.tsx";
import { ThemeToggle } from "./theme-toggle.tsx";

export const sections = [
  { to: "/", label: "Runs", icon: "runs" },
  { to: "/gates", label: "Gates", icon: "gate" },
  { to: "/agents", label: "Agents", icon: "agent" },
  { to: "/tools", label: "Tools", icon: "tool" },
] as const satisfies readonly { to: string; label: string; icon: IconName }[];

/** The name of the deployment: from the served page at once, from the server once it has answered. */
function useDeployment(): string {
  const health = useObservable(useServices().feed.health);
  const served = document.querySelector<HTMLMetaElement>('meta[name="swarm-deployment"]')?.content ?? "";
  return health?.deployment ?? served;
}

/** The way to every section. */
export function Sidebar({
  onSearch,
  onNavigate,
  className,
}: {
  onSearch: () => void;
  onNavigate?: () => void;
  className?: string;
}) {
  const services = useServices();
  const gates = useQuery(gatesQuery(services, "open"));
  const health = useObservable(services.feed.health);
  const openGates = gates.data?.total ?? 0;
  const path = useRouterState({ select: (state) => state.location.pathname });
  return (
    <div className={classNames("flex-col border-r bg-surface", className)}>
      <Brand />
      <div className="px-3 pb-2">
        <Button
          icon="search"
          size="small"
          className="w-full justify-start font-normal! text-faint!"
          onClick={onSearch}
        >
          Search
          <kbd className="ml-auto font-mono text-xs" aria-hidden="true">
            Ctrl K
          </kbd>
        </Button>
      </div>
      <nav aria-label="Sections" className="flex flex-col gap-0.5 px-3">
        {sections.map(({ to, label, icon }) => (
          <Link
            key={to}
            to={to}
            onClick={onNavigate}
            activeOptions={{ exact: true, includeSearch: false }}
            aria-current={isWithin(path, to) ? "page" : undefined}
            className="flex h-8 items-center gap-2.5 rounded-md px-2 font-medium text-muted hover:bg-hover hover:text-ink aria-[current=page]:bg-selected aria-[current=page]:text-accent-text"
          >
            <Icon name={icon} />
            {label}
            {to === "/gates" && openGates > 0 && (
              <span className="ml-auto rounded-full bg-ask-soft px-1.5 text-sm font-semibold text-ask">
                {openGates}
                <span className="sr-only"> waiting</span>
              </span>
            )}
          </Link>
        ))}
      </nav>
      <div className="mt-auto flex items-center gap-1 border-t px-3 py-2">
        <ThemeToggle />
        {health !== undefined && <span className="ml-auto text-sm text-faint">{health.version}</span>}
      </div>
    </div>
  );
}

/** The start page is the list of runs, so a run's page lies below it. */
const isWithin = (path: string, section: string): boolean =>
  section === "/" ? path === "/" || path.startsWith("/runs/") : path.startsWith(section);

function Brand() {
  const deployment = useDeployment();
  return (
    <Link to="/" className="ring-inside flex items-center gap-2.5 px-4 pt-4 pb-3">
      <img src={logo} alt="" className="size-7" />
      <span className="flex min-w-0 flex-col leading-tight">
        <span className="text-md font-semibold">Swarm</span>
        <span className="truncate text-sm text-faint">{deployment === "" ? "\u00a0" : deployment}</span>
      </span>
    </Link>
  );
}

/** On narrow windows: a bar whose button opens the sidebar over the page. */
export function NarrowBar({ onSearch }: { onSearch: () => void }) {
  const [isOpen, setOpen] = useState(false);
  const close = (): void => {
    setOpen(false);
  };
  return (
    <header className="sticky top-0 z-20 flex h-12 items-center gap-1 border-b bg-surface px-2 md:hidden">
      <Dialog.Root open={isOpen} onOpenChange={setOpen}>
        <Dialog.Trigger render={<IconButton icon="menu" label="Open the menu" />} />
        <Dialog.Portal>
          <Dialog.Backdrop className="fixed inset-0 z-30 bg-black/40" />
          <Dialog.Popup className="fixed inset-y-0 left-0 z-30 flex w-60 flex-col bg-surface shadow-float">
            <Dialog.Title className="sr-only">Menu</Dialog.Title>
            <Sidebar
              onSearch={() => {
                close();
                onSearch();
              }}
              onNavigate={close}
              className="flex h-full"
            />
          </Dialog.Popup>
        </Dialog.Portal>
      </Dialog.Root>
      <Link to="/" className="text-md font-semibold">
        Swarm
      </Link>
      <IconButton icon="search" label="Search" className="ml-auto" onClick={onSearch} />
    </header>
  );
}
