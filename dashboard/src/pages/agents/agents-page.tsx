import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { AgentView } from "#api/contract/shelf.ts";
import { PageHeader } from "../../app/page-header.tsx";
import { agentsQuery } from "../../app/queries.ts";
import { useServices } from "../../app/services.tsx";
import { Badge, type Tone } from "../../components/badge.tsx";
import { Digest } from "../../components/digest.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { FailureNotice } from "../../components/notice.tsx";
import { Panel } from "../../components/panel.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { plural, toWords } from "../../format/words.ts";

const teams = ["management", "data", "algorithm", "training", "evaluation", "quality", "deployment"] as const;
const tiers = ["director", "coordinator", "worker"] as const;
const tierTones: Record<AgentView["tier"], Tone> = {
  director: "accent",
  coordinator: "busy",
  worker: "plain",
};

/** The agents by team: who they are, what they may use, to whom they may hand work. */
export function AgentsPage() {
  const agents = useQuery(agentsQuery(useServices()));
  const [text, setText] = useState("");
  const wanted = text.trim().toLowerCase();
  const shown = agents.data?.filter((agent) =>
    `${agent.id} ${agent.description} ${agent.tools.join(" ")} ${agent.tier}`.toLowerCase().includes(wanted),
  );
  return (
    <>
      <PageHeader
        title="Agents"
        actions={
          <input
            type="search"
            aria-label="Search agents"
            placeholder="Search agents"
            value={text}
            onChange={(event) => {
              setText(event.currentTarget.value);
            }}
            className="h-8 w-56 rounded-md border border-line-strong/70 bg-surface px-2.5"
          />
        }
      >
        <p className="text-muted">
          {agents.data === undefined
            ? "\u00a0"
            : `${plural(agents.data.length, "agent")}. Work goes down from director to coordinators to workers; nobody may use a tool that is not on its list.`}
        </p>
      </PageHeader>
      <div className="flex flex-col gap-4 px-4 md:px-6">
        {agents.isPending && <Skeleton lines={8} label="Loading the agents" />}
        {agents.isError && <FailureNotice error={agents.error} onRetry={() => void agents.refetch()} />}
        {shown?.length === 0 && <EmptyState icon="search" title="No agent fits" />}
        {teams.map((team) => {
          const members = shown
            ?.filter((agent) => agent.team === team)
            .toSorted((left, right) => tiers.indexOf(left.tier) - tiers.indexOf(right.tier));
          if (members === undefined || members.length === 0) return null;
          return (
            <Panel
              key={team}
              title={toWords(team)}
              extra={<span className="text-sm text-faint">{plural(members.length, "agent")}</span>}
              isFlush
            >
              <ul className="divide-y">
                {members.map((agent) => (
                  <AgentLine key={agent.id} agent={agent} />
                ))}
              </ul>
            </Panel>
          );
        })}
      </div>
    </>
  );
}

function AgentLine({ agent }: { agent: AgentView }) {
  return (
    <li
      id={agent.id}
      className="grid scroll-mt-4 gap-x-6 gap-y-2 px-3.5 py-3 lg:grid-cols-[minmax(0,5fr)_minmax(0,6fr)]"
    >
      <div className="min-w-0">
        <p className="flex flex-wrap items-center gap-2">
          <span className="font-semibold">{agent.id}</span>
          <Badge tone={tierTones[agent.tier]}>{agent.tier}</Badge>
          <span className="text-sm text-faint">
            {agent.version}, {agent.modelTier} model
          </span>
        </p>
        <p className="mt-0.5 text-muted">{agent.description}</p>
        <p className="mt-1 flex items-center gap-1.5 text-sm text-faint">
          Manifest and prompt <Digest value={agent.hash} what={`the hash of ${agent.id}`} />
        </p>
      </div>
      <dl className="grid min-w-0 content-start gap-y-1.5 [&_dt]:mb-0.5 [&_dt]:text-sm [&_dt]:text-faint">
        {agent.tools.length > 0 && (
          <div>
            <dt>Tools</dt>
            <dd className="flex flex-wrap gap-1">
              {agent.tools.map((tool) => (
                <Link key={tool} to="/tools" search={{ tool }} className="rounded-sm hover:underline">
                  <Badge isMono>{tool}</Badge>
                </Link>
              ))}
            </dd>
          </div>
        )}
        {agent.delegatesTo.length > 0 && (
          <div>
            <dt>Hands work to</dt>
            <dd className="flex flex-wrap gap-1">
              {agent.delegatesTo.map((id) => (
                <a key={id} href={`#${id}`} className="rounded-sm hover:underline">
                  <Badge tone="accent">{id}</Badge>
                </a>
              ))}
            </dd>
          </div>
        )}
        {agent.tools.length === 0 && agent.delegatesTo.length === 0 && (
          <p className="text-faint">Neither tools nor delegates.</p>
        )}
      </dl>
    </li>
  );
}
