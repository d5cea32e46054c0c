import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useId } from "react";
import type { GateDetail } from "#api/contract/gates.ts";
import type { ApprovalGate } from "#core/contract/gate.ts";
import { assertNever } from "../../assert-never.ts";
import { gateQuery } from "../../app/queries.ts";
import { useServices } from "../../app/services.tsx";
import { Badge, type Tone } from "../../components/badge.tsx";
import { classNames } from "../../components/class-names.ts";
import { Digest } from "../../components/digest.tsx";
import { Icon } from "../../components/icon.tsx";
import { FailureNotice } from "../../components/notice.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { Ago } from "../../components/time.tsx";
import { formatDateTime } from "../../format/time.ts";
import { toWords } from "../../format/words.ts";
import { GateDecisionForm } from "./gate-decision-form.tsx";
import { ShownInput } from "./shown-input.tsx";

/** The id of a gate's card on the page, for going there. */
export const gateAnchor = (gateId: string): string => `gate-card-${gateId}`;

/**
 * A gate with exactly what is approved, and, while it is open, the form to decide. Needs only the gate's id and
 * state, so that it can stand on a run's page as well as in the queue of all runs.
 */
export function GateCard({
  gateId,
  state,
  extra,
  answer,
}: {
  gateId: string;
  state: ApprovalGate["state"];
  /** Beside the title. */
  extra?: ReactNode;
  /** What a person said when deciding, where it is at hand. */
  answer?: ReactNode;
}) {
  const query = useQuery(gateQuery(useServices(), gateId, state));
  const titleId = useId();
  const isOpen = state === "open";
  return (
    <section
      id={gateAnchor(gateId)}
      aria-labelledby={titleId}
      className={classNames(
        "rounded-lg border bg-surface shadow-raised",
        isOpen && "border-ask-mark ring-1 ring-ask-mark/40",
      )}
    >
      {query.isPending && (
        <div className="p-4">
          <span id={titleId} className="sr-only">
            Gate
          </span>
          <Skeleton lines={5} label="Reading the gate" />
        </div>
      )}
      {query.isError && (
        <div className="p-4">
          <h2 id={titleId} className="mb-2 font-semibold">
            Gate {gateId}
          </h2>
          <FailureNotice error={query.error} onRetry={() => void query.refetch()} />
        </div>
      )}
      {query.data !== undefined && (
        <>
          <GateHeader gate={query.data.gate} titleId={titleId} extra={extra} />
          <div className="border-t p-3.5">
            <ShownInput detail={query.data} />
          </div>
          {query.data.gate.state === "open" ? (
            <GateDecisionForm
              detail={query.data}
              onStale={() => {
                void query.refetch();
              }}
            />
          ) : (
            answer !== undefined && <div className="border-t px-3.5 py-2.5">{answer}</div>
          )}
        </>
      )}
    </section>
  );
}

function GateHeader({ gate, titleId, extra }: { gate: ApprovalGate; titleId: string; extra: ReactNode }) {
  const isOpen = gate.state === "open";
  return (
    <header
      className={classNames("flex flex-col gap-1.5 rounded-t-lg px-3.5 py-2.5", isOpen && "bg-ask-soft")}
    >
      <div className="flex flex-wrap items-center gap-2">
        {isOpen && <Icon name="hand" className="text-ask" />}
        <h2 id={titleId} className="text-md font-semibold">
          {titleOf(gate)}
        </h2>
        <Badge tone="accent">{toWords(gate.kind)} gate</Badge>
        <GateStateBadge gate={gate} />
        {extra !== undefined && <div className="ml-auto">{extra}</div>}
      </div>
      <p className="break-words">{gate.reason}</p>
      <p className="flex flex-wrap items-center gap-x-4 gap-y-1 text-sm text-muted">
        <span>
          Needs the role <strong className="font-semibold text-ink">{gate.role}</strong>
        </span>
        <span>
          Opened <Ago at={gate.openedAt} />
        </span>
        {gate.expiresAt !== undefined && <span>Expires {formatDateTime(gate.expiresAt)}</span>}
        {gate.escalatedAt !== undefined && <span>Escalated {formatDateTime(gate.escalatedAt)}</span>}
        {gate.state === "resolved" && (
          <span>
            {toWords(gate.decision)} by{" "}
            <strong className="font-semibold text-ink">{gate.resolvedBy.id}</strong>,{" "}
            <Ago at={gate.resolvedAt} />
          </span>
        )}
        <span className="inline-flex items-center gap-1">
          Input hash <Digest value={gate.inputHash} what="the input hash" />
        </span>
      </p>
    </header>
  );
}

function titleOf(gate: GateDetail["gate"]): string {
  switch (gate.subject.kind) {
    case "checkpoint":
      return gate.subject.nodeId;
    case "tool-call":
      return `Call of ${gate.subject.tool}`;
    case "abandoned-call":
      return `Interrupted call of ${gate.subject.tool}`;
    default:
      return assertNever(gate.subject, "GateCard");
  }
}

const decisionTones: Record<string, Tone> = {
  approved: "good",
  edited: "good",
  answered: "good",
  rejected: "bad",
};

function GateStateBadge({ gate }: { gate: ApprovalGate }) {
  if (gate.state === "open") return <Badge tone="ask">Waiting for a decision</Badge>;
  if (gate.state === "resolved")
    return <Badge tone={decisionTones[gate.decision] ?? "plain"}>{toWords(gate.decision)}</Badge>;
  return <Badge tone={gate.state === "expired" ? "bad" : "plain"}>{toWords(gate.state)}</Badge>;
}
