/** The part of a body that a Range header asks for. */
export type WantedRange =
  | { kind: "whole" }
  | { kind: "part"; first: number; last: number }
  | { kind: "unsatisfiable" };

/**
 * Reads a Range header (RFC 9110, 14.2) for a body of so many bytes. Several ranges at once, other units and what is
 * not well formed are answered with the whole, as the standard allows.
 */
export function wantedRange(header: string | undefined, size: number): WantedRange {
  const [, from = "", to = ""] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? "") ?? [];
  if (from === "" && to === "") return { kind: "whole" };
  if (from === "") {
    const count = Math.min(Number(to), size);
    return count === 0 ? { kind: "unsatisfiable" } : { kind: "part", first: size - count, last: size - 1 };
  }
  const first = Number(from);
  const last = to === "" ? size - 1 : Math.min(Number(to), size - 1);
  if (to !== "" && Number(to) < first) return { kind: "whole" };
  return first >= size ? { kind: "unsatisfiable" } : { kind: "part", first, last };
}

/** Whether an If-None-Match or If-Range header names this entity tag. */
export const namesTag = (header: string | undefined, etag: string): boolean =>
  header !== undefined &&
  header.split(",").some((tag) => tag.trim() === "*" || tag.trim().replace(/^W\//, "") === etag);
