import { useMemo, useState } from "react";
import { EmptyState } from "../../../components/empty-state.tsx";
import { classNames } from "../../../components/class-names.ts";
import { describeEvent, type EventNoun, eventNouns, nounOf } from "../../../log/describe-event.ts";
import { useRunView } from "../run-view.tsx";
import { EventDetail } from "./event-detail.tsx";
import { EventList, type ListedEvent } from "./event-list.tsx";
import { VerificationBox } from "./verification-box.tsx";

/** The log itself: every event in order, with its data, its content and its place in the chain. */
export function EventsTab() {
  const { reading } = useRunView();
  const [nouns, setNouns] = useState<ReadonlySet<EventNoun>>(new Set());
  const [text, setText] = useState("");
  const [selected, setSelected] = useState<number>();
  const present = new Set(reading.events.map(({ event }) => nounOf(event.type)));

  const listed = useMemo((): ListedEvent[] => {
    const wanted = text.trim().toLowerCase();
    return reading.events.flatMap((read) => {
      const noun = nounOf(read.event.type);
      if (nouns.size > 0 && !eventNouns.some((one) => one === noun && nouns.has(one))) return [];
      const line = describeEvent(reading.state, read.event);
      if (
        wanted !== "" &&
        !`${read.event.type} ${line} ${read.event.actor.id}`.toLowerCase().includes(wanted)
      )
        return [];
      return [{ read, line }];
    });
    // Events grow in place; the reading around them is a new object whenever they did.
  }, [reading, nouns, text]);
  const shown = reading.events.find(({ event }) => event.seq === selected);

  const toggle = (noun: EventNoun): void => {
    const next = new Set(nouns);
    if (!next.delete(noun)) next.add(noun);
    setNouns(next);
  };

  return (
    <div className="flex flex-col gap-3 p-4 md:px-6">
      <VerificationBox />
      <div className="flex flex-wrap items-center gap-1.5">
        <input
          type="search"
          aria-label="Search events"
          placeholder="Search events"
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
          }}
          className="h-7 w-52 rounded-md border border-line-strong/70 bg-surface px-2.5"
        />
        <div role="group" aria-label="Filter by type" className="flex flex-wrap gap-1">
          {eventNouns
            .filter((noun) => present.has(noun))
            .map((noun) => (
              <button
                key={noun}
                type="button"
                aria-pressed={nouns.has(noun)}
                onClick={() => {
                  toggle(noun);
                }}
                className={classNames(
                  "h-6.5 rounded-full border px-2.5 text-sm",
                  nouns.has(noun)
                    ? "border-accent bg-selected text-accent-text"
                    : "border-line-strong/50 text-muted hover:text-ink",
                )}
              >
                {noun}
              </button>
            ))}
        </div>
        <p role="status" className="ml-auto text-sm text-faint">
          {listed.length === reading.events.length
            ? `${listed.length} events`
            : `${listed.length} of ${reading.events.length} events`}
        </p>
      </div>
      <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_minmax(0,28rem)]">
        {listed.length === 0 ? (
          <EmptyState icon="search" title="No event fits the filter" />
        ) : (
          <EventList events={listed} selected={selected} onSelect={setSelected} />
        )}
        <section aria-label="Event" className="min-w-0">
          {shown === undefined ? (
            <p className="rounded-lg border border-dashed px-4 py-8 text-center text-muted">
              Choose an event to see its data and content.
            </p>
          ) : (
            <EventDetail key={shown.event.seq} read={shown} />
          )}
        </section>
      </div>
    </div>
  );
}
