import { stringify } from "yaml";
import { z } from "zod";
import { fail } from "#core/contract/failure.ts";
import { defineTool } from "#core/contract/tool-definition.ts";
import { pinnedImage } from "./kubernetes/image-reference.ts";
import { kubernetesObjects } from "./kubernetes/kubernetes-objects.ts";
import { IMAGE_USER } from "./runtime/runtime-layer.ts";

const replicas = z.number().int().min(1).max(1000);

const Input = z.strictObject({
  image: z.string().min(1).max(400).describe("Image by digest: repository@sha256:…, or sha256:… alone"),
  repository: z
    .string()
    .max(255)
    .optional()
    .describe("Where the image will be pushed, for a digest without repository; localhost/<name> otherwise"),
  name: z
    .string()
    .regex(
      /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/,
      "a Kubernetes name (RFC 1123, and RFC 1035 for the Service): lower case letters, digits and -, at most 63, a letter first",
    )
    .default("model"),
  replicas: replicas.optional().describe("Fixed number of pods; left to the autoscaler when absent"),
  minReplicas: replicas.default(2),
  maxReplicas: replicas.default(10),
  cpu: z
    .string()
    .regex(/^([1-9][0-9]*m|[1-9][0-9]*|0\.[0-9]*[1-9])$/, "a CPU quantity such as 250m or 1")
    .default("500m"),
  memory: z
    .string()
    .regex(/^[1-9][0-9]*(Ki|Mi|Gi|k|M|G)?$/, "a memory quantity such as 256Mi")
    .default("256Mi"),
  cpuTargetPercent: z.number().int().min(10).max(100).default(70),
});

const Output = z.strictObject({
  artifact: z.string(),
  name: z.string(),
  image: z.string(),
  objects: z.array(z.strictObject({ kind: z.string(), name: z.string() })),
});

const FILE = "kubernetes/manifests.yaml";

export const generateK8sManifests = defineTool({
  name: "generate_k8s_manifests",
  group: "deployment",
  description:
    "Writes Kubernetes manifests (Deployment, Service, HorizontalPodAutoscaler, PodDisruptionBudget, NetworkPolicy) " +
    "for an image by digest, hardened: non-root, read-only root, no privileges, no network out. Use it after package_model.",
  input: Input,
  output: Output,
  example: { image: "fact:package.image" },
  needsRun: true,
  effect: "write",
  repeat: "safe",
  parallel: true,
  timeoutMs: 10_000,
  async run(input, context) {
    if (input.minReplicas > input.maxReplicas) {
      return fail(
        "invalid-input",
        `minReplicas ${input.minReplicas} is above maxReplicas ${input.maxReplicas}.`,
      );
    }
    const image = pinnedImage(input.image, input.repository ?? `localhost/${input.name}`);
    if (!image.ok) return image;
    const objects = kubernetesObjects({
      name: input.name,
      image: image.value,
      port: 8080,
      user: IMAGE_USER,
      replicas: input.replicas,
      minReplicas: input.minReplicas,
      maxReplicas: input.maxReplicas,
      cpu: input.cpu,
      memory: input.memory,
      cpuTargetPercent: input.cpuTargetPercent,
    });
    const artifact = await context.artifacts.put({
      name: FILE,
      kind: "kubernetes-manifests",
      mediaType: "application/yaml",
      content: manifestText(image.value, objects),
      inputs: [],
    });
    return {
      ok: true,
      output: {
        artifact: artifact.sha256,
        name: input.name,
        image: image.value,
        objects: objects.map(({ kind, metadata }) => ({ kind, name: metadata.name })),
      },
      facts: { kubernetes: { artifact: artifact.sha256, name: FILE } },
    };
  },
});

/** One YAML stream with a document per object; equal plans give equal text. */
function manifestText(image: string, objects: readonly object[]): string {
  const repository = image.slice(0, image.indexOf("@"));
  const head = [
    "# Push the image first, keeping its digest; then apply:",
    `#   skopeo copy --preserve-digests oci:image docker://${repository}:model`,
    "#   kubectl apply -f manifests.yaml",
    "# Pods accept requests from their own namespace only and reach nothing outside.",
  ].join("\n");
  // Version 1.1 quotes names such as `on` and `no`, which kubectl's reader would take for booleans.
  const documents = objects.map((object) =>
    stringify(object, { version: "1.1", aliasDuplicateObjects: false, lineWidth: 0, indentSeq: false }),
  );
  return `${head}\n---\n${documents.join("---\n")}`;
}
