import type { JsonObject } from "#core/contract/json.ts";
import type { ProjectionQuery, ProjectionReader } from "#core/contract/projection.ts";
import { fail, ok, type Result } from "#core/contract/failure.ts";
import { rowText } from "../views/row-text.ts";

/** How a list is ordered: by a column of time, then by the key of the row. */
export interface ListOrder {
  projection: string;
  where: NonNullable<ProjectionQuery["where"]>;
  column: string;
  key: string;
  direction: "ascending" | "descending";
}

export interface Page {
  rows: JsonObject[];
  total: number;
  offset: number;
  nextCursor?: string;
}

interface Place {
  at: string;
  key: string;
}

/**
 * One page of a projection. A cursor is the place of the last row given, so rows that were added or left since move
 * nothing: the page begins at the first row behind that place, found by halving. Failure `invalid-input` for a text
 * that is no cursor.
 */
export async function readPage(
  projections: ProjectionReader,
  order: ListOrder,
  wanted: { limit: number; offset: number; cursor?: string | undefined },
): Promise<Result<Page>> {
  const query = (offset: number, limit: number) =>
    projections.list(order.projection, {
      where: order.where,
      orderBy: { column: order.column, direction: order.direction },
      limit,
      offset,
    });
  let { offset } = wanted;
  if (wanted.cursor !== undefined) {
    const place = parseCursor(wanted.cursor);
    if (place === undefined) {
      return fail(
        "invalid-input",
        "`cursor` is none of this list; give the nextCursor of the page before, or leave it out for the first page",
      );
    }
    offset = await firstBehind(place, order, query);
  }
  const { rows, total } = await query(offset, wanted.limit);
  const last = rows.at(-1);
  return ok({
    rows,
    total,
    offset,
    ...(last === undefined || offset + rows.length >= total
      ? {}
      : { nextCursor: formatCursor(placeOf(last, order)) }),
  });
}

async function firstBehind(
  place: Place,
  order: ListOrder,
  query: (offset: number, limit: number) => Promise<{ rows: JsonObject[]; total: number }>,
): Promise<number> {
  let low = 0;
  let { total: high } = await query(0, 1);
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const [row] = (await query(middle, 1)).rows;
    if (row === undefined || isBehind(placeOf(row, order), place, order)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Equal times are ordered by key, always upwards, as the stores do it. */
function isBehind(one: Place, other: Place, { direction }: ListOrder): boolean {
  if (one.at === other.at) return one.key > other.key;
  return direction === "ascending" ? one.at > other.at : one.at < other.at;
}

const placeOf = (row: JsonObject, { column, key }: ListOrder): Place => ({
  at: rowText(row, column),
  key: rowText(row, key),
});

const formatCursor = ({ at, key }: Place): string => Buffer.from(`${at} ${key}`).toString("base64url");

function parseCursor(text: string): Place | undefined {
  const match = /^(\d{4}-\d\d-\d\dT[\d:.]+Z) ([A-Za-z]+_[0-9A-Za-z]+)$/.exec(
    Buffer.from(text, "base64url").toString("utf8"),
  );
  const [, at, key] = match ?? [];
  return at === undefined || key === undefined ? undefined : { at, key };
}
