import { z } from "zod";

const Table = z.object({
  columns: z.array(z.object({ title: z.string(), kind: z.enum(["text", "number"]) })).min(1),
  rows: z.array(z.array(z.string())),
  rest: z.string(),
});

/** What a picture's file says beside its drawing. */
export interface PictureWords {
  title: string;
  /** The finding in words. */
  finding: string;
  /** Its numbers; undefined where it has none. */
  table: z.output<typeof Table> | undefined;
}

/** Reads title, description and numbers of an SVG that a tool drew; undefined for a file without a title. */
export function readPicture(svg: string): PictureWords | undefined {
  const title = textOf(svg, "title");
  if (title === undefined) return undefined;
  const table = Table.safeParse(parsed(textOf(svg, "metadata")));
  return { title, finding: textOf(svg, "desc") ?? "", table: table.success ? table.data : undefined };
}

function textOf(svg: string, element: "title" | "desc" | "metadata"): string | undefined {
  const match = new RegExp(`<${element}\\b[^>]*>([^<]*)</${element}>`).exec(svg);
  return match?.[1]
    ?.replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&");
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}
