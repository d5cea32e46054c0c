import { INKS, inkOnDark, inkOnPaper, pictureGround } from "./palette.ts";
import type { Picture } from "./picture.ts";

/**
 * Makes a document out of the drawing library's text: what only answers to a mouse goes, ids that the library counts
 * are named after the picture, dots of one kind become one path, and title, description and numbers are added.
 */
export function finishSvg(
  svg: string,
  about: { picture: Picture; width: number; height: number; use: "file" | "page" },
): string {
  const { picture, width, height, use } = about;
  const ids = new Map<string, string>();
  const still = Array.from(svg, (character) =>
    isAllowed(character.codePointAt(0) ?? 0) ? character : "\ufffd",
  )
    .join("")
    .replaceAll(/<style\s*><!\[CDATA\[.*?\]\]>\s*<\/style>/gs, "")
    .replaceAll(/ (?:class|pointer-events|ecmeta_[a-z_]+)="[^"]*"/g, "")
    .replaceAll(/<path [^>]*fill-opacity="0"[^>]*stroke-width="0"[^>]*><\/path>/g, "")
    .replaceAll(/\bzr\d+-[\w-]+/g, (id) => {
      const renamed = ids.get(id) ?? `${picture.id}-${ids.size}`;
      ids.set(id, renamed);
      return renamed;
    })
    .replaceAll(/><\/(path|circle|polyline|polygon|rect)>/g, "/>")
    .replaceAll(/>\s*\n\s*</g, "><");
  const body = joinDots(still)
    .replace(/^<svg[^>]*>/, "")
    .replace(/<rect [^>]*fill="none"[^>]*\/>/, "")
    .replace(/<\/svg>\s*$/, "")
    .trim();
  const id = picture.id;
  const head =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" ` +
    `aria-labelledby="${id}-title ${id}-summary"${use === "file" ? ` width="${width * 1.5}" height="${height * 1.5}"` : ""}>` +
    `<title id="${id}-title">${escapeXml(picture.title)}</title>` +
    `<desc id="${id}-summary">${escapeXml(picture.summary)}</desc>`;
  return use === "page"
    ? `${head}${withVariables(body)}</svg>`
    : `${head}${metadata(picture)}<style>${DARK_RULES}</style>` +
        `<rect width="${width}" height="${height}" fill="${pictureGround("light")}"/>${body}</svg>\n`;
}

/** Files keep plain colours, which every reader of SVG knows; in a dark scheme these rules replace them. */
const DARK_RULES = `@media(prefers-color-scheme:dark){${[
  [pictureGround("light"), pictureGround("dark")] as const,
  ...INKS.map((ink) => [inkOnPaper(ink), inkOnDark(ink)] as const),
]
  .map(([light, dark]) => `[fill="${light}"]{fill:${dark}}[stroke="${light}"]{stroke:${dark}}`)
  .join("")}}`;

function withVariables(body: string): string {
  let text = body;
  for (const ink of INKS) text = text.replaceAll(`="${inkOnPaper(ink)}"`, `="var(--picture-${ink})"`);
  return text;
}

/** A run of circles that look alike as one path of points with round caps: a tenth of the bytes. */
function joinDots(svg: string): string {
  return svg.replaceAll(
    /<circle cx="([^"]+)" cy="([^"]+)" r="([^"]+)" fill="([^"]+)"\/>(?:<circle cx="[^"]+" cy="[^"]+" r="\3" fill="\4"\/>)+/g,
    (run: string, _x: string, _y: string, radius: string, fill: string) => {
      const points = [...run.matchAll(/cx="([^"]+)" cy="([^"]+)"/g)].map(([, x, y]) => `M${x} ${y}h0`);
      return `<path d="${points.join("")}" fill="none" stroke="${fill}" stroke-width="${Number(radius) * 2}" stroke-linecap="round"/>`;
    },
  );
}

/** The numbers of the picture, so that the file alone can be read as a table. */
function metadata(picture: Picture): string {
  return picture.kind === "empty" ? "" : `<metadata>${escapeXml(JSON.stringify(picture.table))}</metadata>`;
}

function escapeXml(text: string): string {
  return Array.from(text, (character) => (isAllowed(character.codePointAt(0) ?? 0) ? character : "\ufffd"))
    .join("")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** The characters that XML 1.0 can hold (section 2.2). */
function isAllowed(code: number): boolean {
  if (code < 0x20) return code === 0x9 || code === 0xa || code === 0xd;
  return code < 0xd800 || (code > 0xdfff && code !== 0xfffe && code !== 0xffff);
}
