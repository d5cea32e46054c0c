import { useEffect } from "react";
import { Button } from "../components/button.tsx";
import { Icon } from "../components/icon.tsx";
import { useNow } from "./clock.tsx";
import { useObservable, useServices } from "./services.tsx";

/** Says that the line to the server is down, and that what is shown will go on by itself once it is back. */
export function ConnectionBanner() {
  const { feed } = useServices();
  const status = useObservable(feed.connection);
  const isDown = status.kind === "waiting";
  const now = useNow(isDown ? 500 : undefined);
  useEffect(() => {
    const retry = (): void => {
      if (document.visibilityState === "visible") feed.retryNow();
    };
    window.addEventListener("online", retry);
    document.addEventListener("visibilitychange", retry);
    return () => {
      window.removeEventListener("online", retry);
      document.removeEventListener("visibilitychange", retry);
    };
  }, [feed]);
  const seconds = isDown ? Math.max(0, Math.ceil((status.retryAt - now) / 1000)) : 0;
  return (
    <div role="status" aria-label="Connection">
      {isDown && (
        <div className="flex items-center gap-2 border-b border-ask-mark/40 bg-ask-soft px-4 py-1.5 text-ask md:px-6">
          <Icon name="alert" />
          <span>The server cannot be reached. What you see stays as it was and goes on when it is back.</span>
          <span aria-hidden="true" className="ml-auto whitespace-nowrap tabular-nums">
            {seconds > 0 ? `next try in ${seconds} s` : "trying"}
          </span>
          <Button
            size="small"
            onClick={() => {
              feed.retryNow();
            }}
          >
            Try now
          </Button>
        </div>
      )}
    </div>
  );
}
