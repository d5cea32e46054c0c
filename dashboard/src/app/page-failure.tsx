import { Link } from "@tanstack/react-router";
import { buttonClass } from "../components/button.tsx";
import { EmptyState } from "../components/empty-state.tsx";
import { FailureNotice } from "../components/notice.tsx";
import { PageHeader } from "./page-header.tsx";

/** In the place of a page that failed while it was drawn. */
export function PageFailure({ error, reset }: { error: unknown; reset: () => void }) {
  return (
    <>
      <PageHeader title="This page failed" />
      <div className="p-4 md:p-6">
        <FailureNotice error={error} onRetry={reset} />
      </div>
    </>
  );
}

export function NotFoundPage() {
  return (
    <>
      <PageHeader title="No such page" />
      <EmptyState
        icon="search"
        title="There is no page at this address"
        action={
          <Link to="/" className={buttonClass()}>
            All runs
          </Link>
        }
      />
    </>
  );
}
