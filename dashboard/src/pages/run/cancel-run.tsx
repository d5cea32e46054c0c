import { Toast } from "@base-ui/react/toast";
import { useState } from "react";
import { useServices } from "../../app/services.tsx";
import { Button } from "../../components/button.tsx";
import { ConfirmDialog } from "../../components/confirm-dialog.tsx";
import { useRunView } from "./run-view.tsx";

/** Asks for the run's end, after asking the person. */
export function CancelRun() {
  const { runId, state } = useRunView();
  const { client } = useServices();
  const toasts = Toast.useToastManager();
  const [isOpen, setOpen] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const cancel = async (): Promise<void> => {
    setBusy(true);
    const asked = await client.cancelRun(runId);
    setBusy(false);
    setOpen(false);
    if (!asked.ok)
      toasts.add({ title: "The run was not cancelled", description: asked.failure.message, type: "bad" });
  };
  return (
    <>
      <Button
        kind="danger"
        size="small"
        disabled={state.cancelRequested}
        onClick={() => {
          setOpen(true);
        }}
      >
        {state.cancelRequested ? "Cancelling …" : "Cancel run"}
      </Button>
      <ConfirmDialog
        isOpen={isOpen}
        onClose={() => {
          setOpen(false);
        }}
        onConfirm={() => void cancel()}
        title="Cancel this run?"
        confirm="Cancel the run"
        refuse="Let it run"
        isBusy={isBusy}
      >
        Work in progress is stopped and open gates are withdrawn. Everything made so far is kept, and so is
        the record. A cancelled run cannot go on.
      </ConfirmDialog>
    </>
  );
}
