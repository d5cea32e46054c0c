/**
 * What a playbook must remember between turns stands in the ids of its calls, because the conversation is all it
 * sees: `play_<rule>_<firing>_<counts>`, rule counted from 0, firing from 1, and after it how often every rule
 * had fired by then, one base-36 digit each (35 means "at least 35"). The last id alone restores all counts, so
 * that dropping old messages does not let a rule fire again. At most 64 characters of `[A-Za-z0-9_]`, which
 * every vendor accepts as a call id.
 */
export interface CallTag {
  rule: number;
  firing: number;
  counts: number[];
}

/** More rules would make ids longer than vendors accept. */
export const MAX_PLAYBOOK_RULES = 48;

const LARGEST_DIGIT = 35;

export function writeCallTag({ rule, firing, counts }: CallTag): string {
  const digits = counts.map((count) => Math.min(count, LARGEST_DIGIT).toString(36)).join("");
  return `play_${rule}_${firing}_${digits.slice(0, MAX_PLAYBOOK_RULES).replace(/0+$/, "")}`;
}

/** Undefined for the id of a call that no playbook made. */
export function readCallTag(id: string): CallTag | undefined {
  const [, rule, firing, digits = ""] = /^play_(\d{1,3})_(\d{1,6})(?:_([0-9a-z]*))?$/.exec(id) ?? [];
  if (rule === undefined || firing === undefined) return undefined;
  const counts = Array.from(digits, (digit) => Number.parseInt(digit, 36));
  return { rule: Number(rule), firing: Number(firing), counts };
}
