import { JsonView } from "../../../components/json-view.tsx";
import { objectOf } from "../../../log/read-message.ts";
import { Payload } from "../payload.tsx";
import { useRunView } from "../run-view.tsx";

/** What was said, and the arguments that were approved instead, when a gate was decided. */
export function GateAnswer({ gateId }: { gateId: string }) {
  const { reading } = useRunView();
  const seq = reading.trace.gates.get(gateId)?.answerSeq;
  if (seq === undefined) return <p className="text-faint">Nobody said anything.</p>;
  return (
    <Payload seq={seq} lines={1}>
      {(json) => {
        const { comment, input } = objectOf(json) ?? {};
        return (
          <div className="flex flex-col gap-2">
            {typeof comment === "string" && comment !== "" ? (
              <blockquote className="border-l-2 border-line-strong pl-3 break-words whitespace-pre-wrap">
                {comment}
              </blockquote>
            ) : (
              <p className="text-faint">Decided without a comment.</p>
            )}
            {input !== undefined && <JsonView value={input} label="Arguments approved instead" />}
          </div>
        );
      }}
    </Payload>
  );
}
