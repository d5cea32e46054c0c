import { Badge } from "../../../components/badge.tsx";
import { Digest } from "../../../components/digest.tsx";
import { JsonView } from "../../../components/json-view.tsx";
import { KeyValues } from "../../../components/key-values.tsx";
import { Panel } from "../../../components/panel.tsx";
import { formatDateTime } from "../../../format/time.ts";
import { describeEvent } from "../../../log/describe-event.ts";
import type { ReadEvent } from "../../../log/run-reading.ts";
import { Payload } from "../payload.tsx";
import { useRunView } from "../run-view.tsx";

/** One event as it stands in the log. */
export function EventDetail({ read }: { read: ReadEvent }) {
  const { state } = useRunView();
  const { view, event } = read;
  return (
    <div className="flex flex-col gap-3">
      <Panel title={<span className="font-mono">{view.type}</span>} extra={<Badge isMono>#{view.seq}</Badge>}>
        <p className="mb-2 break-words">{describeEvent(state, event)}</p>
        <KeyValues
          isDense
          items={[
            ["At", formatDateTime(view.at)],
            ["By", `${view.actor.id} (${view.actor.kind})`],
            ["In the log", `position ${view.position}`],
            ["Version", view.version],
            ["Hash", <Digest key="hash" value={view.hash} what="the event's hash" />],
          ]}
        />
      </Panel>
      <Panel title="Data">
        <JsonView value={view.data} label="Data" />
      </Panel>
      {view.hasPayload && (
        <Panel title="Content" extra={<span className="text-sm text-faint">outside the chain</span>}>
          <Payload seq={view.seq} lines={4}>
            {(json) => <JsonView value={json} label="Content" />}
          </Payload>
        </Panel>
      )}
    </div>
  );
}
