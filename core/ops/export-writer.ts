import { fail, ok, type Result } from "#core/contract/failure.ts";
import type { Sha256 } from "#core/contract/ids.ts";
import type { Signer } from "#core/contract/signer.ts";
import { sha256 } from "#core/events/hash.ts";
import type { ExportTarget } from "#core/events/tiles-files.ts";

export const SUMS_FILE = "SHA256SUMS";
export const SUMS_SIGNATURE_FILE = "SHA256SUMS.sig";

/** Writes the files of an export and remembers their digests for the signed list at its end. */
export class ExportWriter {
  readonly #target: ExportTarget;
  readonly #digests = new Map<string, Sha256>();

  constructor(target: ExportTarget) {
    this.#target = target;
  }

  async write(path: string, content: Uint8Array | string): Promise<void> {
    if (this.#digests.has(path)) throw new Error(`${path} is written twice`);
    this.#digests.set(path, sha256(content));
    await this.#target.write(path, content);
  }

  /** Writes the list of digests as `sha256sum -c` reads it, signs it, and makes the export visible. */
  async finish(signer: Signer): Promise<Result<{ files: number }>> {
    const list = formatSums(this.#digests);
    const signature = await signer.sign(new TextEncoder().encode(list));
    await this.#target.write(SUMS_FILE, list);
    await this.#target.write(SUMS_SIGNATURE_FILE, signature);
    const committed = await this.#target.commit();
    return committed.ok ? ok({ files: this.#digests.size + 2 }) : committed;
  }
}

/** The list in the format of coreutils, sorted by path. */
function formatSums(digests: ReadonlyMap<string, Sha256>): string {
  const paths = [...digests.keys()].sort((left, right) => (left < right ? -1 : 1));
  return paths.map((path) => `${digests.get(path)}  ${path}\n`).join("");
}

/** Reads such a list. Failure `invalid-input` names the line. */
export function parseSums(text: string): Result<Map<string, string>> {
  const digests = new Map<string, string>();
  for (const [index, line] of text.replace(/\n$/, "").split("\n").entries()) {
    const [, digest, path] = /^([0-9a-f]{64}) {2}([^\\\p{Cc}]+)$/u.exec(line) ?? [];
    if (
      digest === undefined ||
      path === undefined ||
      path.split("/").includes("..") ||
      path.startsWith("/")
    ) {
      return fail("invalid-input", `${SUMS_FILE}, line ${index + 1}: not a digest, two spaces and a path.`);
    }
    digests.set(path, digest);
  }
  return ok(digests);
}
