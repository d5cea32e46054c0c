import { Notice } from "../../../components/notice.tsx";
import type { GuardrailTrace } from "../../../log/run-trace.ts";

const words = { redact: "changed the content", deny: "stopped it", error: "could not check" } as const;

/** What guardrails and hooks did about something; silence means that they let it pass. */
export function GuardrailNotes({ notes }: { notes: readonly GuardrailTrace[] }) {
  return notes.map((note) => (
    <Notice
      key={note.seq}
      tone={note.outcome === "deny" ? "bad" : "ask"}
      title={`${note.owner} ${words[note.outcome]} at ${note.point}`}
    >
      {note.reason}
      {note.findings.length > 0 && (
        <span className="text-muted">
          {" "}
          {note.findings.map((finding) => `${finding.type} ×${finding.count}`).join(", ")}
        </span>
      )}
    </Notice>
  ));
}
