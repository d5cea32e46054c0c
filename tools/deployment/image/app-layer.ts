import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import type { OwnFiles } from "../runtime/own-files.ts";
import { parentFolders } from "../runtime/runtime-layer.ts";
import { importClosure } from "./import-closure.ts";
import type { TarEntry } from "./tar.ts";

/** One file of the serving app, by its path below `/app`. */
export interface AppFile {
  path: string;
  content: Uint8Array;
  sha256: string;
}

/** Where the server starts, below `/app`. */
export const SERVE_ENTRY = `serving/serve${sourceExtension()}`;

/** What the image starts and what the packager checks, in this program's own tree. */
const SOURCES = "tools/deployment/serving/";
const ENTRIES = ["serve", "self-check"];

/**
 * The files of the serving app: server, scoring and explaining code as they stand in this program, the model, its digest (as
 * `sha256sum -c` reads it) and its name. No package is installed, none is needed.
 */
export async function collectAppFiles(
  files: OwnFiles,
  model: { name: string; content: Uint8Array; sha256: string },
): Promise<AppFile[]> {
  const file = (path: string, content: Uint8Array | string): AppFile => {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    return { path, content: bytes, sha256: createHash("sha256").update(bytes).digest("hex") };
  };
  const app: AppFile[] = [
    file("package.json", packageJson()),
    // The store gave these bytes for this digest, and the server checks it again: hashing large files takes time.
    { path: "model.json", content: model.content, sha256: model.sha256 },
    file("model.sha256", `${model.sha256}  model.json\n`),
    file("model.name", `${model.name}\n`),
  ];
  const root = fileURLToPath(new URL("../../../", import.meta.url));
  const entries = ENTRIES.map((name) => `${SOURCES}${name}${sourceExtension()}`);
  for (const [path, content] of await importClosure(files, root, entries)) {
    // The server lies on top; imports written `#lib/…` resolve below `/app` as they do here.
    app.push(file(path.startsWith(SOURCES) ? `serving/${path.slice(SOURCES.length)}` : path, content));
  }
  return app.toSorted((left, right) => (left.path < right.path ? -1 : 1));
}

/** The app as entries of a layer, readable for all and writable for none. */
export function appEntries(app: readonly AppFile[]): TarEntry[] {
  const entries = app.map(
    (file): TarEntry => ({ type: "file", path: `app/${file.path}`, mode: 0o444, content: file.content }),
  );
  return [...parentFolders(entries), ...entries];
}

function packageJson(): string {
  const content = { name: "swarm-serve", private: true, type: "module", imports: { "#*": "./*" } };
  return `${JSON.stringify(content, null, 2)}\n`;
}

/** `.ts` in a checkout, `.js` in a published package. */
function sourceExtension(): string {
  return import.meta.url.endsWith(".js") ? ".js" : ".ts";
}
