import type { Ink } from "./picture.ts";

/**
 * Blue, orange, teal and purple stay apart for every common kind of colour blindness, as blue to orange does in the ramp;
 * marks differ by shape or dash too, so that a print in grey can be read.
 */
const LIGHT: Readonly<Record<Ink, string>> = {
  ink: "#1c2430",
  muted: "#56616f",
  grid: "#dde2e8",
  neutral: "#2f6fb5",
  second: "#b05a00",
  third: "#0f7f8c",
  fourth: "#8a4fb0",
  good: "#1b7f4d",
  warning: "#a86400",
  bad: "#c0362c",
  ramp1: "#2166ac",
  ramp2: "#6c9fc9",
  ramp3: "#9a9793",
  ramp4: "#d98a4a",
  ramp5: "#a84300",
};

const DARK: Readonly<Record<Ink, string>> = {
  ink: "#e8edf3",
  muted: "#a3b0be",
  grid: "#35404c",
  neutral: "#6aa8ec",
  second: "#f0a04b",
  third: "#5fc7d3",
  fourth: "#c79be6",
  good: "#58c58d",
  warning: "#e5a84b",
  bad: "#f08378",
  ramp1: "#4f9df0",
  ramp2: "#8bbbe6",
  ramp3: "#b5b0ad",
  ramp4: "#eaae77",
  ramp5: "#ff8a33",
};

// The keys are those of a record over Ink.
export const INKS = Object.keys(LIGHT) as Ink[];

/** The colour on white paper. */
export const inkOnPaper = (ink: Ink): string => LIGHT[ink];

export const inkOnDark = (ink: Ink): string => DARK[ink];

/** What a picture in a file of its own lies on. */
export const pictureGround = (scheme: "light" | "dark"): string =>
  scheme === "light" ? "#ffffff" : "#12171d";

/** The colours of pictures as CSS variables for a page that holds them. */
export function pictureVariables(scheme: "light" | "dark"): string {
  const values = scheme === "light" ? LIGHT : DARK;
  return INKS.map((ink) => `--picture-${ink}:${values[ink]};`).join("");
}
