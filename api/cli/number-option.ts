import { fail, ok, type Result } from "#core/contract/failure.ts";

/** Reads a number that was given as an option; absent stays absent. The failure says what would be accepted. */
export function numberOption(
  name: string,
  text: string | undefined,
  accepted: { whole: boolean; least: number; most: number; words: string },
): Result<number | undefined> {
  if (text === undefined) return ok(undefined);
  const value = Number(text);
  const isNumber =
    text.trim() !== "" && Number.isFinite(value) && (!accepted.whole || Number.isInteger(value));
  if (isNumber && value >= accepted.least && value <= accepted.most) return ok(value);
  return fail("invalid-input", `${name} is ${JSON.stringify(text)}; it is ${accepted.words}`);
}

/** What seeds may be; runs record theirs. */
export const seedRange = {
  whole: true,
  least: 0,
  most: 2 ** 31 - 1,
  words: "a whole number from 0 to 2147483647",
} as const;
