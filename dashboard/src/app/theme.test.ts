import { describe, expect, it } from "vitest";
import { createThemeChoice } from "./theme.ts";

function open(kept: Record<string, string> = {}) {
  const map = new Map(Object.entries(kept));
  const storage = {
    getItem: (key: string) => map.get(key) ?? null,
    setItem: (key: string, value: string) => void map.set(key, value),
    removeItem: (key: string) => void map.delete(key),
  };
  const root = { dataset: {} as DOMStringMap }; // an empty one
  return { map, root, choice: createThemeChoice({ storage, root }) };
}

describe("createThemeChoice", () => {
  it("follows the system until a theme is chosen, and again when the choice is taken back", () => {
    const { choice, root, map } = open();
    expect(choice.get()).toBe("system");
    choice.choose("dark");
    expect([choice.get(), root.dataset["theme"], map.get("swarm-theme")]).toEqual(["dark", "dark", "dark"]);
    choice.choose("system");
    expect([root.dataset["theme"], map.size]).toEqual([undefined, 0]);
  });

  it("remembers the choice and ignores what is no theme", () => {
    expect(open({ "swarm-theme": "light" }).choice.get()).toBe("light");
    expect(open({ "swarm-theme": "neon" }).choice.get()).toBe("system");
  });

  it("works where storage is switched off", () => {
    const choice = createThemeChoice({ storage: undefined, root: { dataset: {} } });
    choice.choose("light");
    expect(choice.get()).toBe("light");
  });
});
