import type { ActivityState } from "../log/activity-state.ts";
import { classNames } from "./class-names.ts";
import { Icon, type IconName } from "./icon.tsx";

const looks: Record<ActivityState, { icon: IconName; colour: string; word: string }> = {
  pending: { icon: "dot", colour: "text-idle-mark", word: "to come" },
  running: { icon: "dot", colour: "text-busy-mark", word: "running" },
  waiting: { icon: "hand", colour: "text-ask-mark", word: "waiting for a person" },
  done: { icon: "check", colour: "text-good-mark", word: "done" },
  partial: { icon: "partial", colour: "text-ask-mark", word: "done in part" },
  failed: { icon: "cross", colour: "text-bad-mark", word: "failed" },
  refused: { icon: "ban", colour: "text-bad-mark", word: "refused" },
  stopped: { icon: "minus", colour: "text-idle-mark", word: "stopped" },
};

export const activityWord = (state: ActivityState): string => looks[state].word;

/** The state of a stage, agent or call as a picture; its word goes into the name of the line it stands in. */
export function ActivityIcon({ state, className }: { state: ActivityState; className?: string | undefined }) {
  const { icon, colour } = looks[state];
  if (state === "running") {
    return (
      <svg
        viewBox="0 0 16 16"
        aria-hidden="true"
        className={classNames("size-4 shrink-0 animate-spin-slow", colour, className)}
        fill="none"
        stroke="currentcolor"
        strokeWidth="2"
        strokeLinecap="round"
      >
        <circle cx="8" cy="8" r="5.5" className="opacity-25" />
        <path d="M13.5 8A5.5 5.5 0 0 0 8 2.5" />
      </svg>
    );
  }
  return <Icon name={icon} className={classNames(colour, className)} />;
}
