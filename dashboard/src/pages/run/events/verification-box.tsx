import { CommandLine } from "../../../components/code-block.tsx";
import { Digest } from "../../../components/digest.tsx";
import { Icon } from "../../../components/icon.tsx";
import { useRunView } from "../run-view.tsx";

/** How to check outside of this page that nothing in the record was changed. */
export function VerificationBox() {
  const { runId, state } = useRunView();
  return (
    <section
      aria-label="Verification"
      className="flex flex-wrap items-center gap-x-5 gap-y-2 rounded-lg border bg-surface px-3.5 py-2.5 shadow-raised"
    >
      <div className="flex items-center gap-2">
        <Icon name="shield" className="text-accent-text" />
        <h2 className="font-semibold">Verification</h2>
      </div>
      <div className="flex items-center gap-1.5">
        <span className="text-faint">Chain head</span>
        <Digest value={state.head} what="the chain head" />
        <span className="text-faint">after event {state.lastSeq}</span>
      </div>
      <div className="min-w-0 flex-1 basis-72">
        <CommandLine command={`swarm log verify --run ${runId}`} label="Copy the command" />
      </div>
      <p className="basis-full text-sm text-faint">
        Each event's hash covers the one before. The command recomputes all of them from the database,
        compares the head and names the first event that was changed, if any was. What this page shows was
        read from the same events, but it does not replace that check.
      </p>
    </section>
  );
}
