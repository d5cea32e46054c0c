import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  type RouterHistory,
} from "@tanstack/react-router";
import { z } from "zod";
import { NotFoundPage, PageFailure } from "./page-failure.tsx";
import { Shell } from "./shell.tsx";

const rootRoute = createRootRoute({ component: Shell, notFoundComponent: NotFoundPage });

const RunsSearch = z.object({
  status: z.string().optional().catch(undefined),
  page: z.number().int().min(0).optional().catch(undefined),
});

const runsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/",
  validateSearch: RunsSearch,
  component: lazyRouteComponent(() => import("../pages/runs/runs-page.tsx"), "RunsPage"),
});

const startRunRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/runs/new",
  component: lazyRouteComponent(() => import("../pages/start-run/start-run-page.tsx"), "StartRunPage"),
});

const RunSearch = z.object({
  /** Which tab is open. */
  tab: z.string().optional().catch(undefined),
  /** What is selected in tree and timeline: an invocation, a call or `node:ID:VISIT`. */
  select: z.string().optional().catch(undefined),
});

const runRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/runs/$runId",
  validateSearch: RunSearch,
  component: lazyRouteComponent(() => import("../pages/run/run-page.tsx"), "RunPage"),
});

const gatesRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/gates",
  component: lazyRouteComponent(() => import("../pages/gates/gates-page.tsx"), "GatesPage"),
});

const agentsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/agents",
  component: lazyRouteComponent(() => import("../pages/agents/agents-page.tsx"), "AgentsPage"),
});

const toolsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/tools",
  validateSearch: z.object({ tool: z.string().optional().catch(undefined) }),
  component: lazyRouteComponent(() => import("../pages/tools/tools-page.tsx"), "ToolsPage"),
});

const routeTree = rootRoute.addChildren([
  runsRoute,
  startRunRoute,
  runRoute,
  gatesRoute,
  agentsRoute,
  toolsRoute,
]);

/** All pages of the console; each is loaded when it is first opened. */
export function createConsoleRouter(history?: RouterHistory) {
  return createRouter({
    routeTree,
    defaultPreload: "intent",
    scrollRestoration: true,
    defaultErrorComponent: PageFailure,
    ...(history === undefined ? {} : { history }),
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>;
  }
}
