import { Outlet, useRouterState } from "@tanstack/react-router";
import { useState } from "react";
import { CommandPalette } from "./command-palette.tsx";
import { ConnectionBanner } from "./connection-banner.tsx";
import { NarrowBar, Sidebar } from "./sidebar.tsx";
import { RunNews } from "./run-news.tsx";
import { Toasts } from "../components/toast.tsx";

/** The frame around every page. */
export function Shell() {
  const [isPaletteOpen, setPaletteOpen] = useState(false);
  const openPalette = (): void => {
    setPaletteOpen(true);
  };
  return (
    <div className="flex min-h-dvh flex-col md:flex-row">
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded-md focus:bg-raised focus:px-3 focus:py-2 focus:shadow-float"
      >
        Skip to content
      </a>
      <NarrowBar onSearch={openPalette} />
      <header className="sticky top-0 hidden h-dvh w-52 shrink-0 md:block">
        <Sidebar onSearch={openPalette} className="flex h-full" />
      </header>
      <main id="main" tabIndex={-1} className="min-w-0 flex-1 pb-16 outline-none">
        <ConnectionBanner />
        <Outlet />
      </main>
      <CommandPalette isOpen={isPaletteOpen} onOpenChange={setPaletteOpen} />
      <RunNews />
      <Toasts />
      <PageAnnouncer />
    </div>
  );
}

/** Tells screen readers that another page is shown: a single-page application loads none. */
function PageAnnouncer() {
  const path = useRouterState({ select: (state) => state.resolvedLocation?.pathname ?? "" });
  return (
    <p role="status" className="sr-only">
      {path === "" ? "" : document.title}
    </p>
  );
}
