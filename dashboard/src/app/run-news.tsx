import { Toast } from "@base-ui/react/toast";
import { useNavigate, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useServices } from "./services.tsx";

const news: Record<string, { title: string; type: string; action: string }> = {
  "run.paused": { title: "A run waits for your decision", type: "ask", action: "Look at it" },
  "run.succeeded": { title: "A run succeeded", type: "good", action: "See the results" },
  "run.failed": { title: "A run failed", type: "bad", action: "See why" },
};

/** Tells of runs that end or wait while another page is open. */
export function RunNews() {
  const { feed } = useServices();
  const toasts = Toast.useToastManager();
  const navigate = useNavigate();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const here = useRef(path);
  useEffect(() => {
    here.current = path;
  }, [path]);
  useEffect(
    () =>
      feed.subscribe(({ runId, event }) => {
        const item = news[event.type];
        if (item === undefined || here.current === `/runs/${runId}` || here.current === "/") return;
        toasts.add({
          title: item.title,
          description: runId,
          type: item.type,
          actionProps: {
            children: item.action,
            onClick: () => {
              void navigate({ to: "/runs/$runId", params: { runId }, search: {} });
            },
          },
        });
      }),
    [feed, navigate, toasts],
  );
  return null;
}
