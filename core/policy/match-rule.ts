import { fail, ok, type Result } from "#core/contract/failure.ts";
import type { PermissionRequest, PermissionRule } from "#core/contract/permission.ts";

/** Whether every condition of a rule holds for a request. */
export function matches(rule: PermissionRule, request: PermissionRequest): boolean {
  return (
    matchesGlob(rule.tool, request.tool) &&
    (rule.agent === undefined || (request.agent !== undefined && matchesGlob(rule.agent, request.agent))) &&
    (rule.role === undefined || rule.role === request.role) &&
    (rule.profile === undefined || rule.profile === request.profile) &&
    (rule.timeWindow === undefined || isInWindow(rule.timeWindow, request.at)) &&
    (rule.argumentsPattern === undefined ||
      new RegExp(rule.argumentsPattern, "u").test(request.argumentsJson))
  );
}

/** `*` is any run of characters, `?` is one. Linear time: remembers only the last star. */
export function matchesGlob(pattern: string, text: string): boolean {
  let inPattern = 0;
  let inText = 0;
  let star = -1;
  let resume = 0;
  while (inText < text.length) {
    if (pattern[inPattern] === "*") {
      star = inPattern;
      resume = inText;
      inPattern += 1;
    } else if (
      inPattern < pattern.length &&
      (pattern[inPattern] === "?" || pattern[inPattern] === text[inText])
    ) {
      inPattern += 1;
      inText += 1;
    } else if (star >= 0) {
      inPattern = star + 1;
      resume += 1;
      inText = resume;
    } else {
      return false;
    }
  }
  while (pattern[inPattern] === "*") inPattern += 1;
  return inPattern === pattern.length;
}

/** `HH:MM-HH:MM` in UTC; a window that ends before it starts belongs to the day it starts on. */
function isInWindow(window: NonNullable<PermissionRule["timeWindow"]>, at: number): boolean {
  const [from = 0, to = 0] = window.hours.split("-").map((time) => {
    const [hours = 0, minutes = 0] = time.split(":").map(Number);
    return hours * 60 + minutes;
  });
  const date = new Date(at);
  const minute = date.getUTCHours() * 60 + date.getUTCMinutes();
  const afterMidnight = to <= from && minute < to;
  const isInside = to > from ? minute >= from && minute < to : minute >= from || minute < to;
  const day = (date.getUTCDay() + (afterMidnight ? 6 : 0)) % 7;
  return isInside && (window.days.length === 0 || window.days.includes(day));
}

/**
 * Accepts a regular expression over arguments only when it compiles and cannot take more than linear time by the
 * two known roads: repetition inside repetition, and back references. Look-around is refused with them.
 */
export function checkArgumentsPattern(pattern: string): Result<string> {
  try {
    RegExp(pattern, "u");
  } catch (error) {
    return fail("invalid-input", `pattern ${JSON.stringify(pattern)} does not compile: ${String(error)}`);
  }
  if (/\\[1-9]|\\k<|\(\?[=!<][=!]?/.test(pattern.replace(/\(\?<[A-Za-z]/g, "("))) {
    return fail(
      "invalid-input",
      `pattern ${JSON.stringify(pattern)} uses a back reference or look-around; write it without`,
    );
  }
  if (hasNestedRepetition(pattern)) {
    return fail(
      "invalid-input",
      `pattern ${JSON.stringify(pattern)} repeats a group that repeats or branches itself, which can take exponential time; unroll it`,
    );
  }
  return ok(pattern);
}

/** True when a group that holds a repetition or an alternative is itself repeated. */
function hasNestedRepetition(pattern: string): boolean {
  const open: boolean[] = [];
  let inClass = false;
  for (let index = 0; index < pattern.length; index += 1) {
    const character = pattern[index];
    if (character === "\\") index += 1;
    else if (inClass) inClass = character !== "]";
    else if (character === "[") inClass = true;
    else if (character === "(") open.push(false);
    else if (character === ")") {
      const risky = open.pop() ?? false;
      const next = pattern[index + 1];
      const repeats = next === "*" || next === "+" || next === "{";
      if (risky && repeats) return true;
      if (risky && open.length > 0) open[open.length - 1] = true;
    } else if (
      (character === "*" || character === "+" || character === "{" || character === "|") &&
      open.length > 0
    ) {
      open[open.length - 1] = true;
    }
  }
  return false;
}
