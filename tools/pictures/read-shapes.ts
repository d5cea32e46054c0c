/** One shape of a finished picture, in units of its page. */
export type DrawnShape =
  | {
      readonly kind: "path";
      /** In the letters of SVG's path data. */
      readonly data: string;
      readonly fill: string | null;
      readonly stroke: string | null;
      readonly strokeWidth: number;
      readonly dash: readonly number[];
      readonly hasRoundCaps: boolean;
      readonly opacity: number;
    }
  | {
      readonly kind: "text";
      readonly text: string;
      readonly x: number;
      /** Of the middle of the letters. */
      readonly y: number;
      readonly size: number;
      readonly isBold: boolean;
      readonly isUpright: boolean;
      readonly anchor: "start" | "middle" | "end";
      readonly fill: string;
    };

/**
 * The shapes of an SVG that renderPicture made, for printers that draw them by other means, in drawing order. It knows
 * what those files hold and nothing else: an element of another kind throws, so that nothing is left out unseen.
 */
export function readShapes(svg: string): DrawnShape[] {
  const body = svg
    .replace(/<(title|desc|metadata|style)\b[^>]*>.*?<\/\1>/gs, "")
    .replace(/<defs\b.*?<\/defs>/gs, "");
  const shapes: DrawnShape[] = [];
  for (const [, name = "", attributes = "", text = ""] of body.matchAll(
    /<(\w+)((?:\s+[\w:-]+="[^"]*")*)\s*(?:\/>|>(?:([^<]*)<\/text>)?)/g,
  )) {
    if (name === "svg" || name === "g") continue;
    const values = new Map(
      [...attributes.matchAll(/([\w:-]+)="([^"]*)"/g)].map(([, key = "", value = ""]) => [key, value]),
    );
    const shape = name === "text" ? textOf(values, unescapeXml(text)) : pathOf(name, values);
    shapes.push(shape);
  }
  return shapes;
}

type Values = ReadonlyMap<string, string>;

const numberOf = (values: Values, name: string, otherwise = 0): number =>
  Number(values.get(name) ?? otherwise);

function pathOf(name: string, values: Values): DrawnShape {
  const fill = values.get("fill") ?? "none";
  const stroke = values.get("stroke") ?? "none";
  const opacity = values.get("fill-opacity") ?? values.get("stroke-opacity") ?? values.get("opacity");
  return {
    kind: "path",
    data: dataOf(name, values),
    fill: fill === "none" ? null : fill,
    stroke: stroke === "none" ? null : stroke,
    strokeWidth: numberOf(values, "stroke-width", 1),
    dash: (values.get("stroke-dasharray") ?? "")
      .split(",")
      .filter((part) => part !== "")
      .map(Number),
    hasRoundCaps: values.get("stroke-linecap") === "round",
    opacity: opacity === undefined ? 1 : Number(opacity),
  };
}

function dataOf(name: string, values: Values): string {
  switch (name) {
    case "path":
      return values.get("d") ?? "";
    case "polyline":
    case "polygon": {
      const numbers = (values.get("points") ?? "").trim().split(/[\s,]+/);
      const pairs = numbers.flatMap((x, at) => (at % 2 === 0 ? [`${x} ${numbers[at + 1] ?? "0"}`] : []));
      return `M${pairs.join("L")}${name === "polygon" ? "Z" : ""}`;
    }
    case "circle": {
      const [x, y, r] = ["cx", "cy", "r"].map((key) => numberOf(values, key)) as [number, number, number]; // three keys
      return `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;
    }
    case "rect": {
      const [width, height] = [numberOf(values, "width"), numberOf(values, "height")];
      return `M${numberOf(values, "x")} ${numberOf(values, "y")}h${width}v${height}h${-width}Z`;
    }
    default:
      throw new TypeError(`a picture holds <${name}>, which no printer here knows`);
  }
}

function textOf(values: Values, text: string): DrawnShape {
  const style = values.get("style") ?? "";
  const matrix = /^(translate|matrix)\(([^)]*)\)$/.exec(values.get("transform") ?? "translate(0 0)");
  if (matrix === null) throw new TypeError(`a text of a picture is moved by ${values.get("transform")}`);
  const numbers = (matrix[2] ?? "").split(/[\s,]+/).map(Number);
  const isMatrix = matrix[1] === "matrix";
  const [dx = 0, dy = 0] = isMatrix ? numbers.slice(4) : numbers;
  const isUpright = isMatrix && Math.abs(numbers[1] ?? 0) > 0.5;
  const [x, y] = [numberOf(values, "x"), numberOf(values, "y")];
  const anchor = values.get("text-anchor") ?? "start";
  return {
    kind: "text",
    text,
    // Turned a quarter to the left, what was downwards is to the right.
    x: isUpright ? dx + y : dx + x,
    y: isUpright ? dy - x : dy + y,
    size: Number(
      /font-size:([\d.]+)px|(?:^|\s|:)([\d.]+)px/
        .exec(style)
        ?.slice(1)
        .find((size) => size !== undefined) ?? 12,
    ),
    isBold: /bold/.test(style),
    isUpright,
    anchor: anchor === "middle" || anchor === "end" ? anchor : "start",
    fill: values.get("fill") ?? "#000",
  };
}

function unescapeXml(text: string): string {
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");
}
