import { createHash } from "node:crypto";
import { dirname } from "node:path";
import { fail, ok, type Result } from "#core/contract/failure.ts";
import type { TarEntry } from "../image/tar.ts";
import type { OwnFiles } from "./own-files.ts";
import { findSharedLibraries, type NeededFile } from "./shared-libraries.ts";

/** The machine that an image is made on and for. */
export interface Host {
  platform: string;
  arch: string;
  /** The running Node executable. */
  executable: string;
  nodeVersion: string;
  files: OwnFiles;
}

/** The user that the server runs as; it owns nothing in the image. */
export const IMAGE_USER = 10001;

export interface RuntimeLayer {
  entries: TarEntry[];
  /** A digest over paths and contents: equal keys mean equal layer bytes. Reads every file once. */
  key(signal: AbortSignal): Promise<string>;
  /** Where the loader must look for libraries. */
  libraryPath: string;
}

const NODE_PATH = "usr/local/bin/node";

/**
 * The contents of a layer in which Node runs and nothing else does: the executable, its loader and libraries,
 * `/tmp`, and the two lines of `/etc/passwd` that give the user a name. No shell, no package manager. A function of
 * the files' bytes alone. Fails with `missing-part` where such a layer cannot be made.
 */
export async function describeRuntimeLayer(host: Host): Promise<Result<RuntimeLayer>> {
  if (host.platform !== "linux") {
    return fail(
      "missing-part",
      `an image can hold the runtime of Linux only, and this machine runs ${host.platform}`,
    );
  }
  const node = await host.files.find(host.executable);
  if (node === undefined) return fail("missing-part", `the Node executable ${host.executable} was not found`);
  const closure = await findSharedLibraries(host.files, node.path);
  if (!closure.ok) return closure;
  const files = [
    { path: NODE_PATH, content: node.content },
    ...closure.value.files.map((file) => ({ path: file.path.replace(/^\/+/, ""), content: file.content })),
  ];
  const text = (content: string) => new TextEncoder().encode(content);
  const entries: TarEntry[] = [
    ...files.map((file): TarEntry => ({ type: "file", path: file.path, mode: 0o755, content: file.content })),
    { type: "file", path: "etc/passwd", mode: 0o644, content: text(passwd()) },
    { type: "file", path: "etc/group", mode: 0o644, content: text(`root:x:0:\nswarm:x:${IMAGE_USER}:\n`) },
    { type: "directory", path: "tmp", mode: 0o1777 },
  ];
  return ok({
    entries: [...parentFolders(entries), ...entries],
    key: (signal) => keyOf(files, signal),
    libraryPath: closure.value.folders.join(":"),
  });
}

async function keyOf(files: readonly NeededFile[], signal: AbortSignal): Promise<string> {
  const hash = createHash("sha256").update("runtime layer 1\n");
  for (const file of files) {
    hash.update(`${file.path} ${file.content.bytes}\n`);
    for await (const chunk of file.content.open()) {
      signal.throwIfAborted();
      hash.update(chunk);
    }
  }
  return hash.digest("hex");
}

function passwd(): string {
  return `root:x:0:0:root:/root:/sbin/nologin\nswarm:x:${IMAGE_USER}:${IMAGE_USER}:swarm:/app:/sbin/nologin\n`;
}

/** Every folder above the entries, so that its mode does not depend on who unpacks the layer. */
export function parentFolders(entries: readonly TarEntry[]): TarEntry[] {
  const folders = new Set<string>();
  for (const entry of entries) {
    for (let folder = dirname(entry.path); folder !== "."; folder = dirname(folder)) folders.add(folder);
  }
  for (const entry of entries) folders.delete(entry.path);
  return [...folders].map((path) => ({ type: "directory", path, mode: 0o755 }));
}
