import type { LayerDescriptor } from "./layer.ts";

/**
 * Remembers which layer came out of which contents, so that a layer that is the same for every run is compressed
 * once. The bytes stay where artifacts are; a descriptor whose bytes are gone is treated as unknown.
 */
export interface LayerCache {
  find(key: string): Promise<LayerDescriptor | undefined>;
  keep(key: string, layer: LayerDescriptor): Promise<void>;
}
