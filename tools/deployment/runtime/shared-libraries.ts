import { dirname, join } from "node:path";
import { fail, ok, type Result } from "#core/contract/failure.ts";
import type { TarContent } from "../image/tar.ts";
import { type ElfNeeds, readElfNeeds } from "./elf.ts";
import type { OwnFiles } from "./own-files.ts";

/** A file that the executable needs, under the path by which the loader will look for it. */
export interface NeededFile {
  path: string;
  content: TarContent;
}

export interface ExecutableClosure {
  /** Loader first, then libraries in the order in which they were met. */
  files: NeededFile[];
  /** Folders of the libraries, in the order of `files`, for a loader that has no cache of its own. */
  folders: string[];
}

/** Debian's multi-arch folder for the machine numbers of the ELF header that Node is built for. */
const TRIPLES: Readonly<Record<number, string>> = {
  62: "x86_64-linux-gnu",
  183: "aarch64-linux-gnu",
  22: "s390x-linux-gnu",
  21: "powerpc64le-linux-gnu",
  243: "riscv64-linux-gnu",
};

/**
 * Everything that the dynamic loader would map for an executable: the loader itself and the closure of DT_NEEDED,
 * found as ld.so(8) does (run path, then /etc/ld.so.conf, then the trusted folders); LD_LIBRARY_PATH and
 * LD_PRELOAD of this process are ignored on purpose: they are not the machine's. Fails with `missing-part` naming
 * the library that was not found.
 */
export async function findSharedLibraries(
  files: OwnFiles,
  executable: string,
): Promise<Result<ExecutableClosure>> {
  const root = await readElfNeeds(files, executable);
  if (!root.ok) return root;
  const closure: NeededFile[] = [];
  const seen = new Set<string>();
  const { interpreter } = root.value;
  if (interpreter !== undefined) {
    const loader = await files.find(interpreter);
    if (loader === undefined) return fail("missing-part", `${executable} needs the loader ${interpreter}`);
    closure.push({ path: interpreter, content: loader.content });
    seen.add(basename(interpreter));
  }
  const folders = await systemFolders(files, root.value.machine, interpreter);
  const queue: { path: string; needs: ElfNeeds }[] = [{ path: executable, needs: root.value }];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const origin = dirname(next.path);
    const own = next.needs.searchPath.map((folder) => folder.replaceAll(/\$(?:ORIGIN|\{ORIGIN\})/g, origin));
    for (const library of next.needs.libraries) {
      if (seen.has(basename(library))) continue;
      seen.add(basename(library));
      const found = await locate(files, library, [...own, ...folders], root.value.machine);
      if (found === undefined)
        return fail("missing-part", `${next.path} needs ${library}, which was not found`);
      closure.push(found.file);
      queue.push({ path: found.realPath, needs: found.needs });
    }
  }
  const libraryFolders = closure.slice(interpreter === undefined ? 0 : 1).map((file) => dirname(file.path));
  return ok({ files: closure, folders: [...new Set(libraryFolders)] });
}

async function locate(files: OwnFiles, library: string, folders: readonly string[], machine: number) {
  const candidates = library.includes("/") ? [library] : folders.map((folder) => join(folder, library));
  for (const path of candidates) {
    const found = await files.find(path);
    if (found === undefined) continue;
    const needs = await readElfNeeds(files, found.path);
    // A library of another architecture under the same name is passed over, as the loader does.
    if (!needs.ok || needs.value.machine !== machine) continue;
    return { file: { path, content: found.content }, realPath: found.path, needs: needs.value };
  }
  return undefined;
}

async function systemFolders(
  files: OwnFiles,
  machine: number,
  interpreter: string | undefined,
): Promise<string[]> {
  const triple = TRIPLES[machine];
  const configured = await loaderConfiguration(files, "/etc/ld.so.conf", 0);
  const multiarch = triple === undefined ? [] : [`/lib/${triple}`, `/usr/lib/${triple}`];
  const besideLoader = interpreter === undefined ? [] : [dirname(interpreter)];
  const trusted = ["/lib64", "/usr/lib64", "/lib", "/usr/lib", "/usr/local/lib"];
  return [...new Set([...configured, ...multiarch, ...besideLoader, ...trusted])];
}

/** Folders named in ld.so.conf(5), its one-level `include` of `folder/*.conf` among them. */
async function loaderConfiguration(files: OwnFiles, path: string, depth: number): Promise<string[]> {
  if (depth > 3 || (await files.find(path)) === undefined) return [];
  const folders: string[] = [];
  for (const raw of new TextDecoder().decode(await files.read(path)).split("\n")) {
    const line = raw.replace(/#.*/, "").trim();
    const included = /^include\s+(\S+)\/\*\.conf$/.exec(line)?.[1];
    if (included !== undefined) {
      const folder = included.startsWith("/") ? included : join(dirname(path), included);
      for (const name of await files.list(folder)) {
        if (name.endsWith(".conf"))
          folders.push(...(await loaderConfiguration(files, join(folder, name), depth + 1)));
      }
    } else if (line.startsWith("/")) {
      folders.push(line);
    }
  }
  return folders;
}

function basename(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
