import { constants } from "node:fs";
import { appendFile, chmod, copyFile, mkdir, readFile, rename, truncate, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Artifact, ArtifactStore } from "#core/contract/artifact.ts";
import type { RunFolders } from "#core/contract/run-folder.ts";

/** Which bytes lie under which name: spares reading large files again to see whether they changed. */
type FolderIndex = Record<string, string>;

const INDEX_FILE = ".artifacts.json";

/**
 * Run folders below one root: `<root>/<runId>/<artifact name>`. Files are copies (reflinks where the file system
 * has them), so that nobody who edits one touches the content-addressed store.
 */
export function createRunFolders(options: { root: string; artifacts: ArtifactStore }): RunFolders {
  const { root, artifacts } = options;
  // Parallel calls of one run share the index file: they take turns.
  const turns = new Map<string, Promise<unknown>>();
  const inTurn = <Value>(runId: string, work: () => Promise<Value>): Promise<Value> => {
    const next = (turns.get(runId) ?? Promise.resolve()).then(work, work);
    const settled = next.catch(() => undefined);
    turns.set(runId, settled);
    void settled.then(() => {
      if (turns.get(runId) === settled) turns.delete(runId);
    });
    return next;
  };
  const folder = (runId: string): string => join(root, runId);
  // One process drives a run, so what it wrote last need not be read back before each write.
  const lastWritten = new Map<string, number>();

  return {
    path: folder,
    place: (runId, list) =>
      inTurn(runId, async () => {
        if (list.length === 0) return;
        const base = folder(runId);
        const index = await readIndex(base);
        let changed = false;
        for (const artifact of list) {
          if (index[artifact.name] === artifact.sha256) continue;
          await placeOne(artifacts, base, artifact);
          index[artifact.name] = artifact.sha256;
          changed = true;
        }
        if (!changed) return;
        const temporary = join(base, `${INDEX_FILE}.tmp`);
        await writeFile(temporary, `${JSON.stringify(index, null, 1)}\n`);
        await rename(temporary, join(base, INDEX_FILE));
      }),
    appendConversation: (runId, agent, lines) =>
      inTurn(runId, async () => {
        const file = join(folder(runId), "conversations", `${agent}.jsonl`);
        const last = lastWritten.get(file) ?? (await mendConversation(file));
        const fresh = lines.filter((line) => line.seq > last);
        if (fresh.length === 0) return;
        // Until the write is known to be whole, the next one looks at the file again.
        lastWritten.delete(file);
        await appendFile(file, fresh.map(({ line }) => `${line}\n`).join(""));
        lastWritten.set(file, Math.max(...fresh.map(({ seq }) => seq)));
      }),
  };
}

async function placeOne(artifacts: ArtifactStore, base: string, artifact: Artifact): Promise<void> {
  const target = join(base, artifact.name);
  await mkdir(dirname(target), { recursive: true });
  const temporary = `${target}.tmp`;
  await copyFile(await artifacts.path(artifact.sha256), temporary, constants.COPYFILE_FICLONE);
  // The store's files are read-only; a person's copy is theirs.
  await chmod(temporary, 0o644);
  await rename(temporary, target);
}

async function readIndex(base: string): Promise<FolderIndex> {
  try {
    return JSON.parse(await readFile(join(base, INDEX_FILE), "utf8")) as FolderIndex; // written by place
  } catch {
    // Missing or half-written: placing again is safe.
    return {};
  }
}

/**
 * Makes the file ready to go on: cuts off a last line that a power loss left unfinished, so that the next one does
 * not run into it, and gives the number of the last whole line, 0 for a new file.
 */
async function mendConversation(file: string): Promise<number> {
  await mkdir(dirname(file), { recursive: true });
  let content: Buffer;
  try {
    content = await readFile(file);
  } catch {
    return 0;
  }
  const whole = content.subarray(0, content.lastIndexOf(0x0a) + 1);
  if (whole.length < content.length) await truncate(file, whole.length);
  for (const line of whole.toString("utf8").split("\n").toReversed()) {
    try {
      const { seq } = JSON.parse(line) as { seq?: unknown }; // checked next
      if (typeof seq === "number") return seq;
    } catch {
      continue;
    }
  }
  return 0;
}
