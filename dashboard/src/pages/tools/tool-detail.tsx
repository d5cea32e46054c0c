import { useEffect, useRef } from "react";
import type { ToolView } from "#api/contract/shelf.ts";
import { Badge } from "../../components/badge.tsx";
import { CommandLine } from "../../components/code-block.tsx";
import { KeyValues } from "../../components/key-values.tsx";
import { Panel } from "../../components/panel.tsx";
import { SchemaView } from "./schema-view.tsx";
import { effectTones } from "./effect-tones.ts";

const effects: Record<ToolView["effect"], string> = {
  none: "touches nothing",
  read: "reads what was given to it",
  write: "makes new artifacts",
  external: "leaves the machine, or changes something that outlives the run",
};

const repeats: Record<ToolView["repeat"], string> = {
  safe: "may be run again after a crash",
  keyed: "is run again with the same idempotency key after a crash",
  never: "is never run again by itself; a person decides after a crash",
};

/** A tool in full. */
export function ToolDetail({ tool }: { tool: ToolView }) {
  const top = useRef<HTMLDivElement>(null);
  // On narrow windows the details stand below the list.
  useEffect(() => {
    if (window.matchMedia("(width < 64rem)").matches) top.current?.scrollIntoView({ block: "start" });
  }, [tool.name]);
  return (
    <div ref={top} className="flex scroll-mt-4 flex-col gap-4 lg:sticky lg:top-4">
      <Panel title={<span className="font-mono">{tool.name}</span>} extra={<Badge>{tool.group}</Badge>}>
        <p className="mb-3 break-words">{tool.description}</p>
        <KeyValues
          items={[
            [
              "Effect",
              <span key="effect" className="flex flex-wrap items-center gap-2">
                <Badge tone={effectTones[tool.effect]}>{tool.effect}</Badge> {effects[tool.effect]}
              </span>,
            ],
            [
              "Repeat",
              <span key="repeat" className="flex flex-wrap items-center gap-2">
                <Badge>{tool.repeat}</Badge> {repeats[tool.repeat]}
              </span>,
            ],
          ]}
        />
        <div className="mt-3">
          <CommandLine
            command={`swarm tools call ${tool.name} --input @arguments.json`}
            label="Copy the command"
          />
        </div>
      </Panel>
      <Panel title="Input">
        <SchemaView schema={tool.input} label="Input schema" />
      </Panel>
      <Panel title="Output">
        <SchemaView schema={tool.output} label="Output schema" />
      </Panel>
    </div>
  );
}
