import { Toast } from "@base-ui/react/toast";
import { useState } from "react";
import type { DecideGate, GateDetail } from "#api/contract/gates.ts";
import type { JsonValue } from "#core/contract/json.ts";
import type { ApiFailure } from "../../api/api-result.ts";
import { useServices } from "../../app/services.tsx";

/** Codes after which what is on the page is no longer what stands at the gate. */
const staleCodes = new Set(["gate-input-changed", "conflict", "not-found"]);

const words: Record<DecideGate["decision"], { title: string; description: string }> = {
  approved: { title: "Approved", description: "The run goes on." },
  edited: { title: "Approved with changes", description: "The run goes on with the new arguments." },
  rejected: { title: "Rejected", description: "The run was told so." },
};

/** Sends a decision about a gate and takes the answer in; `onStale` asks for the gate again. */
export function useDecision({ gate }: GateDetail, onStale: () => void) {
  const { client, queryClient } = useServices();
  const toasts = Toast.useToastManager();
  const [busy, setBusy] = useState<DecideGate["decision"]>();
  const [failure, setFailure] = useState<ApiFailure>();

  const decide = async (answer: {
    decision: DecideGate["decision"];
    comment: string;
    input?: JsonValue;
  }): Promise<void> => {
    const { decision, input } = answer;
    const comment = answer.comment.trim();
    setBusy(decision);
    setFailure(undefined);
    const decided = await client.decideGate(gate.gateId, {
      decision,
      inputHash: gate.inputHash,
      ...(comment === "" ? {} : { comment }),
      ...(input === undefined ? {} : { input }),
    });
    setBusy(undefined);
    if (!decided.ok) {
      setFailure(decided.failure);
      if (staleCodes.has(decided.failure.code)) onStale();
      return;
    }
    toasts.add({ ...words[decision], type: "good" });
    // Both keys: the page may hear of the decision over its socket before or after this answer.
    queryClient.setQueryData(["gate", gate.gateId, gate.state], decided.value);
    queryClient.setQueryData(["gate", gate.gateId, decided.value.gate.state], decided.value);
  };
  return { busy, failure, decide };
}
