import { z } from "zod";

/** Lists take a page; more than 1000 rows at once are never given. */
export const Paging = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(50),
  offset: z.coerce.number().int().min(0).default(0),
});

/** One page and how many rows there are in all. */
export const page = <Row extends z.ZodType>(row: Row) =>
  z.object({
    items: z.array(row),
    total: z.number().int(),
    limit: z.number().int(),
    offset: z.number().int(),
  });
