import { join } from "node:path";
import { FailureError } from "#core/contract/failure.ts";
import type { ToolContext } from "#core/contract/tool-definition.ts";
import type { ImageLayer } from "../image/image-documents.ts";
import { writeLayer } from "../image/layer.ts";
import type { LayerCache } from "../image/layer-cache.ts";
import { describeRuntimeLayer, type Host } from "./runtime-layer.ts";

/** A layer ready to be kept, or the reason why there is none. */
export interface BuiltRuntime {
  layer?: { image: ImageLayer; path: string; libraryPath: string };
  note?: string;
}

/** The layer with Node in it: out of the cache, built, or (with the reason) left out. */
export async function buildRuntimeLayer(options: {
  host: Host;
  layerCache: LayerCache | undefined;
  context: ToolContext;
  scratch: string;
}): Promise<BuiltRuntime> {
  const { host, layerCache, context } = options;
  const described = await describeRuntimeLayer(host);
  if (!described.ok) return { note: `No runtime in the image: ${described.failure.message}.` };
  const { entries, libraryPath } = described.value;
  const createdBy = `swarm: Node ${host.nodeVersion} and its libraries`;
  const key = layerCache === undefined ? undefined : await described.value.key(context.signal);
  const known = key === undefined ? undefined : await layerCache?.find(key);
  if (known !== undefined) {
    const path = await existingPath(context, known.digest);
    if (path !== undefined) return { layer: { image: { ...known, createdBy }, path, libraryPath } };
  }
  const path = join(options.scratch, "runtime-layer.tar.gz");
  const layer = await writeLayer(entries, { path, level: 1, signal: context.signal });
  if (key !== undefined) await layerCache?.keep(key, layer);
  return { layer: { image: { ...layer, createdBy }, path, libraryPath } };
}

async function existingPath(context: ToolContext, digest: string): Promise<string | undefined> {
  try {
    return await context.artifacts.path(digest);
  } catch (thrown) {
    if (thrown instanceof FailureError && thrown.failure.code === "not-found") return undefined;
    throw thrown;
  }
}
