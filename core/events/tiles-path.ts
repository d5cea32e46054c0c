/** Hashes of a full tile, entries of a full bundle (c2sp.org/tlog-tiles: trees of height 8). */
export const TILE_WIDTH = 256;

/** One file of a tiled log: hashes at a level of tiles (0 are the leaves), or the entries themselves. */
export interface TileRef {
  level: number | "entries";
  index: number;
  /** 1 to 256; a tile below 256 is partial. */
  width: number;
}

/** `tile/0/x001/234.p/17`: where c2sp.org/tlog-tiles puts a tile, relative to the log's root. */
export function tilePath({ level, index, width }: TileRef): string {
  const parts = [String(index % 1000).padStart(3, "0")];
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    parts.unshift(`x${String(rest % 1000).padStart(3, "0")}`);
  }
  const suffix = width === TILE_WIDTH ? "" : `.p/${width}`;
  return `tile/${level}/${parts.join("/")}${suffix}`;
}

/** The tiles of hashes that a tree of this size consists of, leaves first. */
export function hashTilesOf(size: number): TileRef[] {
  const tiles: TileRef[] = [];
  let count = size;
  for (let level = 0; count > 0; level += 1) {
    tiles.push(...tilesOfLevel(level, count));
    count = Math.floor(count / TILE_WIDTH);
  }
  return tiles;
}

/** The entry bundles of a log of this size. */
export function entryBundlesOf(size: number): TileRef[] {
  return tilesOfLevel("entries", size);
}

function tilesOfLevel(level: TileRef["level"], count: number): TileRef[] {
  const tiles: TileRef[] = [];
  for (let first = 0; first < count; first += TILE_WIDTH) {
    tiles.push({ level, index: first / TILE_WIDTH, width: Math.min(TILE_WIDTH, count - first) });
  }
  return tiles;
}
