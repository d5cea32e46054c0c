import { Button } from "../../../components/button.tsx";
import { Notice } from "../../../components/notice.tsx";
import { gateAnchor } from "../../gate-card/gate-card.tsx";

/** Says that something waits at a gate, and leads to its card at the top of the page. */
export function GoToGate({ gateId }: { gateId: string }) {
  return (
    <Notice
      tone="ask"
      title="Waiting for a decision"
      action={
        <Button
          size="small"
          onClick={() => {
            const card = document.getElementById(gateAnchor(gateId));
            card?.scrollIntoView({ block: "start" });
            card?.querySelector<HTMLElement>("textarea")?.focus({ preventScroll: true });
          }}
        >
          To the gate
        </Button>
      }
    />
  );
}
