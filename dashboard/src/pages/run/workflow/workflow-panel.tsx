import { useState } from "react";
import { IconButton } from "../../../components/button.tsx";
import { useRunView } from "../run-view.tsx";
import { RouterDecisions } from "./router-decisions.tsx";
import { WorkflowStrip } from "./workflow-strip.tsx";

/** The workflow's graph with the way that the run has taken. */
export function WorkflowPanel() {
  const { detail, state } = useRunView();
  const [isOpen, setOpen] = useState(true);
  const workflow = detail?.workflow;
  return (
    <section aria-label="Workflow" className="mx-4 mb-3 rounded-lg border bg-surface shadow-raised md:mx-6">
      <header className="flex h-9 items-center gap-2 px-3">
        <h2 className="font-semibold">Workflow</h2>
        <span className="text-faint">
          {state.workflow.id} {state.workflow.version}
        </span>
        <IconButton
          icon={isOpen ? "up" : "down"}
          label={isOpen ? "Hide the workflow" : "Show the workflow"}
          size="small"
          className="ml-auto"
          aria-expanded={isOpen}
          onClick={() => {
            setOpen(!isOpen);
          }}
        />
      </header>
      {isOpen && (
        <div className="border-t">
          {workflow === null && (
            <p className="px-3 py-2 text-muted">
              This version of the workflow is no longer there, so its graph cannot be drawn. The stages that
              were entered are in the activity below.
            </p>
          )}
          {workflow !== null && workflow !== undefined && <WorkflowStrip workflow={workflow} />}
          <RouterDecisions />
        </div>
      )}
    </section>
  );
}
