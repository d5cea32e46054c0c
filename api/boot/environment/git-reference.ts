import { realpath } from "node:fs/promises";
import type { MadeWith } from "#core/contract/environment-record.ts";
import { outputOf } from "./run-program.ts";
import { isShippedSource, SHIPPED_SOURCES } from "./source-digest.ts";

/**
 * The commit that Swarm's own folder lies at, and whether its shipped sources differ from it. A repository around the
 * folder (an installation below somebody's project) is not ours and counts as none.
 */
export async function gitReference(
  root: string,
  environment: NodeJS.ProcessEnv,
): Promise<MadeWith["code"]["git"]> {
  const git = (...parameters: string[]): Promise<string | undefined> =>
    // No lock on the index: somebody may be committing right now. Variables of git itself could point elsewhere.
    outputOf("git", ["--no-optional-locks", ...parameters], {
      folder: root,
      environment: { PATH: environment["PATH"] ?? "", HOME: environment["HOME"] ?? "", LC_ALL: "C" },
    });
  const top = await git("rev-parse", "--show-toplevel");
  if (top === undefined || (await realpath(top.trimEnd()).catch(() => "")) !== (await realpath(root)))
    return { status: "none" };
  const [commit, changes] = await Promise.all([
    git("rev-parse", "--verify", "HEAD"),
    git("status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all", "--", ...SHIPPED_SOURCES),
  ]);
  // A repository without a commit, or one that cannot be read: the sources' digest stands alone.
  if (commit === undefined || changes === undefined) return { status: "none" };
  const changed = changes.split("\0").flatMap((entry) => (entry === "" ? [] : [entry.slice(3)]));
  return { status: "commit", commit: commit.trim(), isDirty: changed.some(isShippedSource) };
}
