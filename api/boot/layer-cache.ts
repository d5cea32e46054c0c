import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { ArtifactStore } from "#core/contract/artifact.ts";
import { Sha256 } from "#core/contract/ids.ts";
import type { createPackageModel } from "#tools/deployment/package-model.ts";
import type { Home } from "./home.ts";

type LayerCache = NonNullable<NonNullable<Parameters<typeof createPackageModel>[0]>["layerCache"]>;

/** A layer and the artifact folder of the home that made it: homes that share a cache copy from each other. */
const Entry = z.strictObject({
  layer: z.strictObject({ digest: Sha256, bytes: z.number().int(), diffId: Sha256 }),
  from: z.string(),
});

/**
 * Remembers layers in the home's cache folder, one small file each. The bytes stay where artifacts are: a layer of
 * another home is copied from there, and one whose bytes are gone is made anew. `artifacts` is asked when a layer is:
 * tools are chosen before the home is opened.
 */
export function createLayerCache(home: Home, artifacts: () => ArtifactStore): LayerCache {
  const fileOf = (key: string): string => join(home.cache, `layer-${key}.json`);
  return {
    async find(key) {
      let entry: z.infer<typeof Entry>;
      try {
        entry = Entry.parse(JSON.parse(await readFile(fileOf(key), "utf8")));
      } catch {
        // Not there, cut or of another version: a cache may always forget.
        return undefined;
      }
      const { digest } = entry.layer;
      if (await artifacts().has(digest)) return entry.layer;
      const path = join(entry.from, "sha256", digest.slice(0, 2), digest.slice(2));
      const copied = await artifacts()
        .put({ path })
        .catch(() => undefined);
      return copied?.sha256 === digest ? entry.layer : undefined;
    },
    async keep(key, layer) {
      const entry = Entry.parse({ layer, from: join(home.root, "artifacts") });
      const draft = `${fileOf(key)}.${process.pid}.draft`;
      await writeFile(draft, `${JSON.stringify(entry)}\n`);
      await rename(draft, fileOf(key));
    },
  };
}
