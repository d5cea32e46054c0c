import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { z } from "zod";

export const root = fileURLToPath(new URL("../../", import.meta.url));
const here = fileURLToPath(new URL("./", import.meta.url));

/** The requirements as rows; they lie beside the checkout and are not part of it. */
export const manifests = join(process.env["SWARM_SHARED"] ?? join(root, "../shared"), "features");

const FeatureRow = z.object({
  id: z.string(),
  area: z.string(),
  behaviour: z.string(),
  kind: z.enum(["code", "doc", "ci", "outside"]),
});
export type FeatureRow = z.infer<typeof FeatureRow>;

/**
 * A citation: the row, and the tests that would fail without its behaviour, as `file > part of the test's name`. A
 * conformance suite counts as a test file: the tests of its adapters run it.
 */
export const Citation = z.strictObject({
  id: z.string().regex(/^[A-Z]{2}-[A-Za-z0-9.-]+$/),
  tests: z
    .array(
      z.string().regex(/^(.+\.test|core\/testing\/conformance\/.+)\.ts > .+$/, "file.test.ts > test name"),
    )
    .min(1),
});
export type Citation = z.infer<typeof Citation>;

/** All citations, by the file they stand in. */
export function citations(): Map<string, Citation[]> {
  const files = readdirSync(here).filter((file) => file.endsWith(".yaml"));
  return new Map(
    files.map((file) => [file, z.array(Citation).parse(parse(readFileSync(join(here, file), "utf8")) ?? [])]),
  );
}

/** The rows of every manifest, by its name; undefined when the manifests are not there. */
export function featureRows(): Map<string, FeatureRow[]> | undefined {
  if (!existsSync(manifests)) return undefined;
  const files = readdirSync(manifests).filter((file) => file.endsWith(".yaml"));
  return new Map(
    files.map((file) => [
      basename(file, ".yaml"),
      z.array(FeatureRow).parse(parse(readFileSync(join(manifests, file), "utf8"))),
    ]),
  );
}

/** What is wrong with a citation's test: no such file, or no test with that name in it. */
export function citationProblem(reference: string): string | undefined {
  const [file = "", ...rest] = reference.split(" > ");
  const title = rest.join(" > ");
  const path = join(root, file);
  if (!existsSync(path)) return `${file} does not exist`;
  const text = readFileSync(path, "utf8").replaceAll(/\s+/g, " ");
  return text.includes(title) ? undefined : `${file} has no test whose name holds "${title}"`;
}
