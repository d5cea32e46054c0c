import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { PageHeader } from "../../app/page-header.tsx";
import { toolsQuery } from "../../app/queries.ts";
import { useServices } from "../../app/services.tsx";
import { Badge } from "../../components/badge.tsx";
import { classNames } from "../../components/class-names.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { FailureNotice } from "../../components/notice.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { plural, toWords } from "../../format/words.ts";
import { effectTones } from "./effect-tones.ts";
import { ToolDetail } from "./tool-detail.tsx";

const route = getRouteApi("/tools");

/** The typed tools: what each takes and gives, what it touches, whether it may be repeated. */
export function ToolsPage() {
  const tools = useQuery(toolsQuery(useServices()));
  const { tool: selected } = route.useSearch();
  const navigate = route.useNavigate();
  const [text, setText] = useState("");
  const wanted = text.trim().toLowerCase();
  const shown = tools.data?.filter((tool) =>
    `${tool.name} ${tool.group} ${tool.description}`.toLowerCase().includes(wanted),
  );
  const groups = [...new Set(shown?.map((tool) => tool.group))];
  const current = tools.data?.find((tool) => tool.name === selected);
  return (
    <>
      <PageHeader
        title="Tools"
        actions={
          <input
            type="search"
            aria-label="Search tools"
            placeholder="Search tools"
            value={text}
            onChange={(event) => {
              setText(event.currentTarget.value);
            }}
            className="h-8 w-56 rounded-md border border-line-strong/70 bg-surface px-2.5"
          />
        }
      >
        <p className="text-muted">
          {tools.data === undefined
            ? "\u00a0"
            : `${plural(tools.data.length, "tool")}. Every call is validated, decided and recorded, whoever makes it.`}
        </p>
      </PageHeader>
      <div className="px-4 md:px-6">
        {tools.isPending && <Skeleton lines={8} label="Loading the tools" />}
        {tools.isError && <FailureNotice error={tools.error} onRetry={() => void tools.refetch()} />}
        {shown?.length === 0 && <EmptyState icon="search" title="No tool fits" />}
        <div className="grid gap-4 lg:grid-cols-[minmax(0,5fr)_minmax(0,7fr)]">
          <nav aria-label="Tools" className="flex flex-col gap-4">
            {groups.map((group) => (
              <section key={group} aria-label={toWords(group)}>
                <h2 className="mb-1.5 font-semibold">{toWords(group)}</h2>
                <ul className="divide-y rounded-lg border bg-surface shadow-raised">
                  {shown
                    ?.filter((tool) => tool.group === group)
                    .map((tool) => (
                      <li key={tool.name}>
                        <button
                          type="button"
                          aria-current={tool.name === selected}
                          onClick={() => {
                            void navigate({ search: { tool: tool.name }, resetScroll: false });
                          }}
                          className={classNames(
                            "ring-inside w-full px-3 py-2 text-left",
                            tool.name === selected ? "bg-selected" : "hover:bg-hover",
                          )}
                        >
                          <span className="flex flex-wrap items-center gap-2">
                            <span className="font-mono text-xs font-semibold">{tool.name}</span>
                            <Badge tone={effectTones[tool.effect]}>{tool.effect}</Badge>
                          </span>
                          <span className="mt-0.5 line-clamp-2 text-muted">{tool.description}</span>
                        </button>
                      </li>
                    ))}
                </ul>
              </section>
            ))}
          </nav>
          <div className="min-w-0">
            {current !== undefined && <ToolDetail tool={current} />}
            {current === undefined && shown !== undefined && shown.length > 0 && (
              <p className="rounded-lg border border-dashed px-4 py-8 text-center text-muted">
                Choose a tool to see its schemas.
              </p>
            )}
          </div>
        </div>
      </div>
    </>
  );
}
