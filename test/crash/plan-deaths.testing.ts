import type { Trial, TrialOptions } from "./crash-trial.testing.ts";

export interface PlanOptions {
  /** Every how many events a process is killed. */
  step: number;
  /** The first event to be killed behind. */
  from: number;
  /** Processes that are killed at a moment that nobody chose. */
  random: number;
}

/** A death that is planned, and the kind of it for the table. */
export interface PlannedDeath extends TrialOptions {
  kind: "behind event" | "before record" | "in effect" | "letter, person" | "random moment";
  where: string;
}

/**
 * Deaths to try, by the story of a run that had none: behind every `step`-th event; before every `step`-th tool's
 * end is on record, when its work is done and nobody knows; inside each effect; while a letter is written in a run
 * whose gates a person answers; and at random moments.
 */
export function planDeaths(calm: Trial, { step, from, random }: PlanOptions): PlannedDeath[] {
  const { story } = calm;
  const planned: PlannedDeath[] = [];
  for (let seq = from; seq < calm.events; seq += step) {
    const type = story[seq - 1]?.type ?? "?";
    planned.push({
      kind: "behind event",
      where: `${seq} ${type}`,
      name: `behind-${seq}`,
      approve: "auto",
      death: { at: "after-event", seq },
    });
  }
  const ends = story.filter(
    ({ seq, type, tool }) =>
      seq >= from && type === "tool.finished" && tool?.startsWith("transfer_to_") === false,
  );
  for (const { seq, tool } of ends.filter((_, index) => index % step === 0)) {
    planned.push({
      kind: "before record",
      where: `${seq} ${tool}`,
      name: `before-${seq}`,
      approve: "auto",
      death: { at: "before-event", seq },
    });
  }
  for (const [tool, time] of [
    ["post_notice", 1],
    ["post_notice", 2],
    ["write_letter", 1],
  ] as const) {
    planned.push({
      kind: "in effect",
      where: `${tool}, time ${time}`,
      name: `effect-${tool}-${time}`,
      approve: "auto",
      death: { at: "effect", tool, time },
    });
  }
  const random01 = seededRandom(20_261_121);
  for (let index = 0; index < random; index += 1) {
    const killAfterMs = Math.round(random01() * calm.millis);
    planned.push({
      kind: "random moment",
      where: `after ${killAfterMs} ms`,
      name: `random-${index}`,
      approve: "auto",
      killAfterMs,
    });
  }
  return planned;
}

/** Deaths round the letter in a run whose gates a person answers: it was written, or was not yet. */
export function planLetterDeaths(calm: Trial): PlannedDeath[] {
  const started = calm.story.find(({ type, tool }) => type === "tool.started" && tool === "write_letter");
  if (started === undefined) throw new Error("the undisturbed run wrote no letter");
  return [
    {
      kind: "letter, person",
      where: `behind ${started.seq} tool.started`,
      name: "letter-not-written",
      approve: "ask",
      death: { at: "after-event", seq: started.seq },
    },
    {
      kind: "letter, person",
      where: "in write_letter",
      name: "letter-written",
      approve: "ask",
      death: { at: "effect", tool: "write_letter", time: 1 },
    },
  ];
}

/** Mulberry32: moments nobody chose, and the same ones when a failure is looked for again. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
