export type PreviewKind = "markdown" | "json" | "text" | "image" | "page" | "pdf";

const kinds: Record<string, PreviewKind> = {
  md: "markdown",
  json: "json",
  jsonl: "text",
  txt: "text",
  csv: "text",
  yaml: "text",
  yml: "text",
  sha256: "text",
  pem: "text",
  svg: "image",
  png: "image",
  html: "page",
  pdf: "pdf",
};

/** How a file of this name can be shown in place; undefined when it can only be downloaded. */
export function previewKind(name: string): PreviewKind | undefined {
  const file = name.split("/").at(-1) ?? name;
  if (file.startsWith("Dockerfile")) return "text";
  const ending = file.split(".").at(-1)?.toLowerCase() ?? "";
  return Object.hasOwn(kinds, ending) ? kinds[ending] : undefined;
}
