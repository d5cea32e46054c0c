import { type KeyboardEvent, useRef, useState } from "react";
import { Button, IconButton } from "../../../components/button.tsx";
import { formatDuration } from "../../../format/duration.ts";
import { createTimeScale, ticksOf } from "../../../log/time-scale.ts";
import type { Span, SpanGroup } from "../../../log/timeline-spans.ts";
import { useRunView } from "../run-view.tsx";
import { clampWindow, type TimeWindow, wholeWindow, zoomWindow } from "./time-window.ts";
import { neighbourOf } from "./neighbour.ts";
import { SpanBar } from "./span-bar.tsx";
import { SpanLegend } from "./span-legend.tsx";

/** The part of the line that is shown, and the spans that lie in it. */
export function TimelineChart({
  groups,
  from,
  to,
  pauses,
  isFolded,
}: {
  groups: readonly SpanGroup[];
  from: number;
  to: number;
  pauses: readonly { from: number; to: number }[];
  isFolded: boolean;
}) {
  const { selected, select } = useRunView();
  const [view, setView] = useState<TimeWindow>(wholeWindow);
  const [focused, setFocused] = useState<string>();
  const box = useRef<HTMLDivElement>(null);
  const scale = createTimeScale({ from, to, folded: isFolded ? pauses : [] });
  const width = view.to - view.from;
  const place = (time: number): number => (scale.place(time) - view.from) / width;
  const spans = groups.flatMap((group) => group.lines.flat());
  const tabStop = [focused, selected, spans[0]?.id].find((id) => spans.some((span) => span.id === id));

  const zoom = (factor: number, at = (view.from + view.to) / 2): void => {
    setView(zoomWindow(view, factor, at));
  };
  const pan = (share: number): void => {
    setView(clampWindow({ from: view.from + share * width, to: view.to + share * width }));
  };
  const moveTo = (span: Span | undefined): void => {
    if (span === undefined) return;
    setFocused(span.id);
    const start = scale.place(span.start);
    const end = scale.place(span.end);
    if (end < view.from || start > view.to)
      setView(clampWindow({ from: start - width / 2, to: start + width / 2 }));
    box.current?.querySelector<HTMLElement>(`[data-span="${CSS.escape(span.id)}"]`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = keyActions[event.key];
    if (act === undefined) return;
    event.preventDefault();
    if (act.kind === "move") moveTo(neighbourOf(groups, tabStop, act.direction));
    else if (act.kind === "zoom") zoom(act.factor);
    else if (act.kind === "pan") pan(act.share);
    else setView(wholeWindow);
  };

  const tickOffsets = ticksOf((to - from) * Math.min(1, width * (scale.shownMs / Math.max(1, to - from))), 8);
  const step = tickOffsets[1] ?? to - from;
  const ticks = Array.from(
    { length: Math.min(4000, Math.floor((to - from) / Math.max(1, step)) + 1) },
    (_, index) => ({
      offset: index * step,
      at: place(from + index * step),
    }),
  ).filter((tick) => tick.at >= -0.001 && tick.at <= 1.001 && !isInFold(tick.at, scale.folds, view));

  return (
    <section aria-label="Timeline chart" className="rounded-lg border bg-surface shadow-raised">
      <header className="flex flex-wrap items-center gap-1 border-b px-3 py-1.5">
        <SpanLegend />
        <div className="ml-auto flex items-center gap-1">
          <IconButton
            icon="minus"
            label="Zoom out"
            size="small"
            disabled={width >= 1}
            onClick={() => {
              zoom(2);
            }}
          />
          <IconButton
            icon="plus"
            label="Zoom in"
            size="small"
            disabled={width <= 0.002}
            onClick={() => {
              zoom(0.5);
            }}
          />
          <IconButton
            icon="chevron"
            label="Earlier"
            size="small"
            className="[&_svg]:rotate-180"
            disabled={view.from <= 0}
            onClick={() => {
              pan(-0.5);
            }}
          />
          <IconButton
            icon="chevron"
            label="Later"
            size="small"
            disabled={view.to >= 1}
            onClick={() => {
              pan(0.5);
            }}
          />
          <Button
            size="small"
            kind="quiet"
            disabled={width >= 1}
            onClick={() => {
              setView(wholeWindow);
            }}
          >
            Whole run
          </Button>
        </div>
      </header>
      <div
        ref={box}
        role="group"
        aria-label="Spans. Arrow keys move between spans, plus and minus zoom, comma and full stop pan, 0 shows the whole run."
        onKeyDown={onKeyDown}
        onWheel={(event) => {
          if (!event.ctrlKey && !event.metaKey && !event.shiftKey) return;
          const bounds = event.currentTarget.getBoundingClientRect();
          if (event.shiftKey) pan(Math.sign(event.deltaY || event.deltaX) * 0.12);
          else {
            const share = (event.clientX - bounds.left - LABEL_WIDTH) / (bounds.width - LABEL_WIDTH);
            zoom(event.deltaY > 0 ? 1.25 : 0.8, view.from + Math.min(1, Math.max(0, share)) * width);
          }
        }}
        className="relative overflow-hidden pb-2"
      >
        <div
          aria-hidden="true"
          className="relative h-6 border-b text-xs text-faint"
          style={{ marginLeft: LABEL_WIDTH }}
        >
          {ticks.map((tick) => (
            <span
              key={tick.offset}
              className="absolute top-1 -translate-x-1/2 whitespace-nowrap"
              style={{ left: percent(tick.at) }}
            >
              {tick.at > 0.02 && tick.at < 0.98 ? formatDuration(tick.offset) : ""}
            </span>
          ))}
        </div>
        <div
          aria-hidden="true"
          className="pointer-events-none absolute top-6 right-0 bottom-0"
          style={{ left: LABEL_WIDTH }}
        >
          {ticks.map((tick) => (
            <span
              key={tick.offset}
              className="absolute inset-y-0 w-px bg-line/70"
              style={{ left: percent(tick.at) }}
            />
          ))}
          {scale.folds.map((fold) => {
            const left = (fold.from - view.from) / width;
            const right = (fold.to - view.from) / width;
            if (right < 0 || left > 1) return null;
            return (
              <span
                key={fold.from}
                title={`Waited ${formatDuration(fold.milliseconds)} for a person`}
                className="hatched absolute inset-y-0 border-x border-ask-mark/50"
                style={{ left: percent(left), width: percent(right - left) }}
              />
            );
          })}
        </div>
        {groups.map((group) => (
          <div key={group.name} className="flex border-b last:border-b-0">
            <div className="shrink-0 px-3 py-1.5 text-sm text-faint" style={{ width: LABEL_WIDTH }}>
              {group.name}
            </div>
            <div className="relative min-w-0 flex-1 overflow-hidden py-1">
              {group.lines.map((line, index) => (
                // Lines are packed anew with every event; their place is all they are.
                <div key={index} className="relative h-6">
                  {line.map((span) => (
                    <SpanBar
                      key={span.id}
                      span={span}
                      offset={span.start - from}
                      place={place}
                      isSelected={span.id === selected}
                      isTabStop={span.id === tabStop}
                      onSelect={() => {
                        setFocused(span.id);
                        select(span.id);
                      }}
                    />
                  ))}
                </div>
              ))}
            </div>
          </div>
        ))}
      </div>
    </section>
  );
}

const LABEL_WIDTH = 104;
const percent = (share: number): string => `${share * 100}%`;

function isInFold(at: number, folds: readonly { from: number; to: number }[], view: TimeWindow): boolean {
  const place = view.from + at * (view.to - view.from);
  return folds.some((fold) => place > fold.from && place < fold.to);
}

type KeyAction =
  | { kind: "move"; direction: "left" | "right" | "up" | "down" }
  | { kind: "zoom"; factor: number }
  | { kind: "pan"; share: number }
  | { kind: "whole" };

const keyActions: Record<string, KeyAction> = {
  ArrowLeft: { kind: "move", direction: "left" },
  ArrowRight: { kind: "move", direction: "right" },
  ArrowUp: { kind: "move", direction: "up" },
  ArrowDown: { kind: "move", direction: "down" },
  "+": { kind: "zoom", factor: 0.5 },
  "=": { kind: "zoom", factor: 0.5 },
  "-": { kind: "zoom", factor: 2 },
  ",": { kind: "pan", share: -0.25 },
  ".": { kind: "pan", share: 0.25 },
  "0": { kind: "whole" },
};
