import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

describe("the score folder", () => {
  it("imports only its own files and no builtin, as it is copied into serving images as it is", () => {
    const folder = new URL(".", import.meta.url);
    const files = readdirSync(folder).filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"));
    const imports = files.flatMap((name) =>
      Array.from(
        readFileSync(new URL(name, folder), "utf8").matchAll(/(?:from|import) "([^"]+)"/g),
        (match) => match[1]!,
      ),
    );
    expect(imports.length).toBeGreaterThan(20);
    expect(imports.filter((specifier) => !/^\.\/[a-z-]+\.ts$/.test(specifier))).toEqual([]);
  });
});
