import { createHash } from "node:crypto";
import type { LayerDescriptor } from "./layer.ts";

/** A layer with the words for it in the image's history. */
export interface ImageLayer extends LayerDescriptor {
  createdBy: string;
}

export interface ImageDescription {
  /** Hex digest of the model file. */
  model: string;
  /** Node's name of the processor: `x64`, `arm64`. */
  arch: string;
  layers: readonly ImageLayer[];
  /** The command that starts the server. */
  entrypoint: readonly string[];
  /** `uid:gid` */
  user: string;
  port: number;
  environment: Readonly<Record<string, string>>;
  labels: Readonly<Record<string, string>>;
}

/** A JSON document of the layout with its own digest. */
export interface ImageDocument {
  digest: string;
  bytes: Uint8Array;
}

const MEDIA = "application/vnd.oci.image";

/** Go's names of processors, as the image specification wants them. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386" };

/**
 * Configuration, manifest, index and layout file of an image (OCI image specification 1.1, image layout 1.0.0). No
 * time of creation and no id of a run stands in them: the same layers and labels give the same image digest.
 */
export function describeImage(image: ImageDescription): {
  config: ImageDocument;
  manifest: ImageDocument;
  index: Uint8Array;
  layoutFile: Uint8Array;
} {
  const architecture = ARCHITECTURES[image.arch] ?? image.arch;
  const config = documentOf({
    architecture,
    os: "linux",
    config: {
      User: image.user,
      ExposedPorts: { [`${image.port}/tcp`]: {} },
      Env: Object.entries(image.environment).map(([key, value]) => `${key}=${value}`),
      Entrypoint: image.entrypoint,
      WorkingDir: "/app",
      Labels: image.labels,
      StopSignal: "SIGTERM",
    },
    rootfs: { type: "layers", diff_ids: image.layers.map((layer) => `sha256:${layer.diffId}`) },
    history: image.layers.map((layer) => ({ created_by: layer.createdBy })),
  });
  const manifest = documentOf({
    schemaVersion: 2,
    mediaType: `${MEDIA}.manifest.v1+json`,
    config: { mediaType: `${MEDIA}.config.v1+json`, ...sizeOf(config) },
    layers: image.layers.map((layer) => ({
      mediaType: `${MEDIA}.layer.v1.tar+gzip`,
      digest: `sha256:${layer.digest}`,
      size: layer.bytes,
    })),
    annotations: image.labels,
  });
  const index = documentOf({
    schemaVersion: 2,
    mediaType: `${MEDIA}.index.v1+json`,
    manifests: [
      {
        mediaType: `${MEDIA}.manifest.v1+json`,
        ...sizeOf(manifest),
        platform: { architecture, os: "linux" },
        annotations: { "org.opencontainers.image.ref.name": image.model.slice(0, 12) },
      },
    ],
  });
  return { config, manifest, index: index.bytes, layoutFile: jsonBytes({ imageLayoutVersion: "1.0.0" }) };
}

function sizeOf(document: ImageDocument) {
  return { digest: `sha256:${document.digest}`, size: document.bytes.byteLength };
}

function documentOf(value: unknown): ImageDocument {
  const bytes = jsonBytes(value);
  return { bytes, digest: createHash("sha256").update(bytes).digest("hex") };
}

function jsonBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
