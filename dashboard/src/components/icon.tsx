import type { ReactNode } from "react";
import { classNames } from "./class-names.ts";

/** Outlines on a 16 by 16 grid, drawn with the text's colour. */
const shapes = {
  runs: <path d="M2.5 4h11M2.5 8h11M2.5 12h7" />,
  gate: <path d="M3 14V5.5L8 2l5 3.5V14M6 14V9h4v5M2 14h12" />,
  agent: (
    <>
      <circle cx="8" cy="5" r="2.5" />
      <path d="M3 13.5c.6-2.7 2.5-4 5-4s4.4 1.3 5 4" />
    </>
  ),
  tool: (
    <path d="M9.5 2.6a3.6 3.6 0 0 0-3.3 5L2.3 11.5a1.55 1.55 0 0 0 2.2 2.2L8.4 9.8a3.6 3.6 0 0 0 4.8-4.3l-2.1 2.1-2.1-.6-.6-2.1 2.1-2.1a3.6 3.6 0 0 0-1-.2Z" />
  ),
  stage: <rect x="2.5" y="4" width="11" height="8" rx="1.5" />,
  router: <path d="M8 2.5 13.5 8 8 13.5 2.5 8Z" />,
  checkpoint: <path d="M5.5 2.5h5l3 3v5l-3 3h-5l-3-3v-5Z" />,
  check: <path d="m3 8.5 3.2 3.2L13 5" />,
  cross: <path d="m4 4 8 8M12 4l-8 8" />,
  clock: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="M8 5v3.2l2 1.3" />
    </>
  ),
  hand: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="M6.4 6v4M9.6 6v4" />
    </>
  ),
  ban: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="m4.2 4.2 7.6 7.6" />
    </>
  ),
  partial: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="M5 8h6" />
    </>
  ),
  dot: <circle cx="8" cy="8" r="2.2" fill="currentcolor" stroke="none" />,
  chevron: <path d="m6 3.5 4.5 4.5L6 12.5" />,
  down: <path d="m3.5 6 4.5 4.5L12.5 6" />,
  up: <path d="M12.5 10 8 5.5 3.5 10" />,
  copy: (
    <>
      <rect x="5.5" y="5.5" width="8" height="8" rx="1.5" />
      <path d="M10.5 5.5v-2a1 1 0 0 0-1-1h-6a1 1 0 0 0-1 1v6a1 1 0 0 0 1 1h2" />
    </>
  ),
  download: <path d="M8 2.5v7.5M4.8 7 8 10.2 11.2 7M2.5 13.5h11" />,
  upload: <path d="M8 10.5V3M4.8 6 8 2.8 11.2 6M2.5 13.5h11" />,
  eye: (
    <>
      <path d="M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8Z" />
      <circle cx="8" cy="8" r="2" />
    </>
  ),
  plus: <path d="M8 3v10M3 8h10" />,
  minus: <path d="M3 8h10" />,
  search: (
    <>
      <circle cx="7" cy="7" r="4.2" />
      <path d="m10.2 10.2 3.3 3.3" />
    </>
  ),
  sun: (
    <>
      <circle cx="8" cy="8" r="2.8" />
      <path d="M8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9" />
    </>
  ),
  moon: <path d="M13 9.7A5.6 5.6 0 0 1 6.3 3a5.6 5.6 0 1 0 6.7 6.7Z" />,
  system: (
    <>
      <rect x="2" y="3" width="12" height="8" rx="1.2" />
      <path d="M6 13.5h4" />
    </>
  ),
  menu: <path d="M2.5 4.5h11M2.5 8h11M2.5 11.5h11" />,
  alert: <path d="M8 2.5 14.3 13H1.7ZM8 6.5v3M8 11.3v.2" />,
  info: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="M8 7.5v3.2M8 5.3v.2" />
    </>
  ),
  shield: <path d="M8 2 13 3.8v4c0 3-2.1 5.1-5 6.2-2.9-1.1-5-3.2-5-6.2v-4Z" />,
  follow: <path d="M8 2v9M4.5 7.8 8 11.2l3.5-3.4M3.5 14h9" />,
  file: <path d="M4 1.8h5l3.5 3.5v8.9H4ZM9 1.8v3.5h3.5" />,
  arrow: <path d="M2.5 8h11M9.5 4l4 4-4 4" />,
} as const satisfies Record<string, ReactNode>;

export type IconName = keyof typeof shapes;

/** A small picture beside a word; hidden from screen readers, which read the word. */
export function Icon({ name, className }: { name: IconName; className?: string | undefined }) {
  return (
    <svg
      viewBox="0 0 16 16"
      aria-hidden="true"
      fill="none"
      stroke="currentcolor"
      strokeWidth="1.4"
      strokeLinecap="round"
      strokeLinejoin="round"
      className={classNames("size-4 shrink-0", className)}
    >
      {shapes[name]}
    </svg>
  );
}
