/** One file of a package by its path in the run's folder. */
export interface PackagedFile {
  path: string;
  sha256: string;
  bytes: number;
}

/**
 * The text of `manifest.json`: what a package consists of, sorted by path, in a layout that does not vary. Its
 * signature stands for every byte of the package.
 */
export function packageManifest(content: {
  name: string;
  model: string;
  image: string;
  runtime: string;
  files: readonly PackagedFile[];
  /** What lies inside the app layer, by its path in the image. */
  app: readonly PackagedFile[];
}): string {
  const sorted = (files: readonly PackagedFile[]) =>
    files
      .map(({ path, sha256, bytes }) => ({ path, sha256, bytes }))
      .toSorted((left, right) => (left.path < right.path ? -1 : 1));
  const manifest = {
    format: "swarm-package/1",
    name: content.name,
    model: { sha256: content.model },
    image: { digest: content.image, layout: "image", runtime: content.runtime },
    files: sorted(content.files),
    app: sorted(content.app),
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}
