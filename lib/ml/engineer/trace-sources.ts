import type { Engineering } from "../score/engineering.ts";

/** The raw columns behind a column: itself, or all that its step and the steps before it read. */
export function rawSourcesOf(engineering: Engineering, name: string): string[] {
  const step = engineering.steps.find(({ outputs }) => outputs.includes(name));
  if (step === undefined) return [name];
  return [...new Set(step.sources.flatMap((source) => rawSourcesOf(engineering, source)))];
}

/** Only the steps that the named columns need. */
export function neededSteps(engineering: Engineering, names: readonly string[]): Engineering {
  const needed = new Set(names);
  const steps = engineering.steps.toReversed().filter((step) => {
    if (!step.outputs.some((output) => needed.has(output))) return false;
    for (const source of step.sources) needed.add(source);
    return true;
  });
  return { steps: steps.toReversed() };
}
