import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { generateK8sManifests } from "#tools/deployment/generate-k8s-manifests.ts";
import { hasOutsideTool, runOutside } from "./outside-tool.ts";
import { createRunFolder, type RunFolder } from "./run-folder.ts";

const VALIDATOR = "kubernetes-validate";
const hasValidator = await hasOutsideTool(
  VALIDATOR,
  ["--version"],
  "pip install kubernetes-validate==1.37.0",
);

describe.skipIf(!hasValidator)("the Kubernetes manifests, held against the published schemas", () => {
  let folder: RunFolder;
  let file: string;

  beforeAll(async () => {
    folder = await createRunFolder();
    const input = { image: `sha256:${"a1".repeat(32)}`, name: "credit", replicas: 3 };
    await generateK8sManifests.run(generateK8sManifests.input.parse(input), folder.context);
    file = join(folder.path, "kubernetes/manifests.yaml");
  });
  afterAll(() => folder.remove());

  it.each(["1.27.0", "1.30.0", "1.34.0", "1.37.0"])(
    "are valid without an unknown field in %s",
    async (version) => {
      const checked = await runOutside(VALIDATOR, ["--strict", "-k", version, file]);
      expect(checked.code).toBe(0);
      expect(`${checked.stdout}${checked.stderr}`.match(/passed for resource/g)).toHaveLength(5);
    },
  );

  it("would be found out if a field were misspelt", async () => {
    const broken = join(folder.path, "broken.yaml");
    const text = await readFile(file, "utf8");
    await writeFile(broken, text.replace("readOnlyRootFilesystem", "readOnlyRootFileSystem"));
    expect((await runOutside(VALIDATOR, ["--strict", broken])).code).not.toBe(0);
  });
});
