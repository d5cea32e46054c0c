/** Named things collected at boot and read-only afterwards. */
export interface Registry<Item> {
  get(name: string): Item | undefined;
  /** Sorted by name. */
  list(): readonly Item[];
  names(): readonly string[];
}

/**
 * Builds a registry. Throws when two items claim one name: the later one must not silently replace the earlier.
 */
export function createRegistry<Item>(
  noun: string,
  items: Iterable<Item>,
  nameOf: (item: Item) => string,
): Registry<Item> {
  const byName = new Map<string, Item>();
  for (const item of items) {
    const name = nameOf(item);
    if (byName.has(name)) throw new Error(`two ${noun}s are called ${name}; rename one`);
    byName.set(name, item);
  }
  const names = [...byName.keys()].sort();
  const list = names.flatMap((name) => byName.get(name) ?? []);
  return { get: (name) => byName.get(name), list: () => list, names: () => names };
}
