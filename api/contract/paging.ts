import { z } from "zod";

/**
 * Lists take a page; more than 1000 rows at once are never given. A page begins at `offset`, or after the row that
 * `cursor` (the `nextCursor` of the page before) stands for: rows that are added meanwhile shift offsets, never cursors.
 * Other members are refused, because a mistyped filter would quietly filter nothing.
 */
export const Paging = z.strictObject({
  limit: z.coerce.number().int().min(1).max(1000).default(50),
  offset: z.coerce.number().int().min(0).default(0),
  cursor: z.string().min(1).max(300).optional(),
});

/** One page and how many rows there are in all. */
export const page = <Row extends z.ZodType>(row: Row) =>
  z.object({
    items: z.array(row),
    total: z.number().int(),
    limit: z.number().int(),
    offset: z.number().int().describe("how many rows stand before this page"),
    nextCursor: z.string().optional().describe("for the next page; absent on the last one"),
  });
