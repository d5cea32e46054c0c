import { fail, ok, type Result } from "#core/contract/failure.ts";

const DIGEST = /^sha256:[0-9a-f]{64}$/;
const COMPONENT = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
const HOST =
  "(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)(?:\\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*(?::[0-9]+)?";
const REPOSITORY = new RegExp(`^(?:${HOST}/)?${COMPONENT}(?:/${COMPONENT})*$`);

/**
 * An image pinned by digest, in the grammar of the distribution specification. A bare digest is put under
 * `repository`; a tag beside the digest is dropped, since the digest decides anyway. Fails with `invalid-input` for
 * an image that a registry could exchange.
 */
export function pinnedImage(image: string, repository: string): Result<string> {
  if (DIGEST.test(image)) return join(repository, image);
  const at = image.lastIndexOf("@");
  if (at < 0 || !DIGEST.test(image.slice(at + 1))) {
    return fail(
      "invalid-input",
      `The image "${image}" is not pinned. Name it by its digest, as repository@sha256:…, or give the digest ` +
        "that package_model returned.",
    );
  }
  return join(image.slice(0, at).replace(/:[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/, ""), image.slice(at + 1));
}

function join(repository: string, digest: string): Result<string> {
  if (!REPOSITORY.test(repository) || repository.length > 255) {
    return fail(
      "invalid-input",
      `"${repository}" is no name of an image repository, like registry.example/team/name.`,
    );
  }
  return ok(`${repository}@${digest}`);
}
