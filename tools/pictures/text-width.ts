/** Widths of the characters of Helvetica (Adobe's metrics, thousandths of the size), from the space on. */
const WIDTHS =
  "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 278 278 584 " +
  "584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 722 667 611 722 667 944 667 667 " +
  "611 278 278 278 469 556 333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 278 556 500 " +
  "722 500 500 500 334 260 334 584";
const HELVETICA = WIDTHS.split(" ").map(Number);
/** Latin letters with marks are about as wide as those without; most other scripts are set in squares. */
const LATIN = 600;
const WIDE = 1000;
/** The widest common face, DejaVu Sans, runs a sixth wider than Helvetica. */
const ROOM = 1.18;

/** About how many units a line of text takes at a size; rather too many than too few. */
export function textWidth(text: string, size: number): number {
  let sum = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    sum += HELVETICA[code - 32] ?? (code < 0x250 || (code >= 0x2000 && code < 0x2070) ? LATIN : WIDE);
  }
  return (sum / 1000) * size * ROOM;
}

/** The text, or as much of its beginning as fits, with an ellipsis. */
export function fitText(text: string, size: number, most: number): string {
  if (textWidth(text, size) <= most) return text;
  const characters = Array.from(text);
  while (characters.length > 1 && textWidth(`${characters.join("")}…`, size) > most) characters.pop();
  return `${characters.join("").trimEnd()}…`;
}

/** The text in lines that fit, at most so many; the last one ends in an ellipsis when there is more. */
export function wrapText(text: string, fit: { size: number; width: number; lines: number }): string[] {
  const { size, width, lines: most } = fit;
  const lines: string[] = [];
  let line = "";
  for (const [index, word] of text.split(/\s+/).entries()) {
    const longer = index === 0 ? word : `${line} ${word}`;
    if (index === 0 || textWidth(longer, size) <= width) {
      line = longer;
    } else if (lines.length === most - 1) {
      line = longer;
    } else {
      lines.push(fitText(line, size, width));
      line = word;
    }
  }
  return [...lines, fitText(line, size, width)];
}
