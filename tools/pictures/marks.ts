import type { Ink, LegendEntry, Mark, PictureTable } from "./picture.ts";

/** Short spellings of the marks that pictures are put together from. */
type Dash = Extract<Mark, { type: "line" }>["dash"];
type Point = [number, number];

export function line(points: readonly Point[], ink: Ink, dash: Dash = "solid"): Mark[] {
  if (points.length < 2) return [];
  return [{ type: "line", points: [...points], ink, dash, width: dash === "solid" ? 2 : 1.5 }];
}

/** A straight line for orientation: a limit, chance, a mean. */
export function rule(from: Point, to: Point, look: { ink: Ink; dash: Dash }): Mark {
  return { type: "segments", segments: [[...from, ...to]], ink: look.ink, dash: look.dash, width: 1.5 };
}

export function dots(
  points: readonly Point[],
  look: { ink: Ink; shape?: Extract<Mark, { type: "dots" }>["shape"]; radius?: number },
): Mark[] {
  const { ink, shape = "circle", radius = 3.5 } = look;
  return points.length === 0 ? [] : [{ type: "dots", points: [...points], ink, shape, radius }];
}

export function boxes(
  corners: readonly [number, number, number, number][],
  look: { ink: Ink; look?: "filled" | "outlined"; opacity?: number },
): Mark[] {
  if (corners.length === 0) return [];
  return [
    {
      type: "boxes",
      boxes: [...corners],
      ink: look.ink,
      look: look.look ?? "filled",
      opacity: look.opacity ?? 1,
    },
  ];
}

export function texts(
  items: readonly { x: number; y: number; text: string }[],
  look: {
    ink?: Ink;
    anchor?: "start" | "middle" | "end";
    shift?: [number, number];
    size?: number;
    weight?: "normal" | "bold";
  } = {},
): Mark[] {
  if (items.length === 0) return [];
  const { ink = "ink", anchor = "middle", shift = [0, 0], size = 11, weight = "normal" } = look;
  return [{ type: "texts", texts: [...items], ink, anchor, shift, size, weight }];
}

export const entry = (label: string, ink: Ink, look: LegendEntry["look"]): LegendEntry => ({
  label,
  ink,
  look,
});

/** Columns are titles; one that begins with `#` is of numbers. */
export function tableOf(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  rest = "",
): PictureTable {
  return {
    columns: columns.map((title) =>
      title.startsWith("#")
        ? { title: title.slice(1), kind: "number" as const }
        : { title, kind: "text" as const },
    ),
    rows: rows.map((row) => [...row]),
    rest,
  };
}

/** At most so many points, evenly taken, the ends kept. */
export function thin<Point>(points: readonly Point[], most: number): Point[] {
  if (points.length <= most) return [...points];
  const step = (points.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, index) => points[Math.round(index * step)]).filter(
    (point) => point !== undefined,
  );
}

/** Lower-case words of a name, joined by hyphens, for the name of a file. */
export function slug(text: string): string {
  const words = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 40);
  return words === "" ? "unnamed" : words;
}
