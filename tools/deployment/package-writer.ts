import type { ToolContext } from "#core/contract/tool-definition.ts";
import type { LayerDescriptor } from "./image/layer.ts";
import type { PackagedFile } from "./package-manifest.ts";

/** Keeps the files of a package and remembers what has to stand in its manifest. */
export interface PackageWriter {
  readonly files: readonly PackagedFile[];
  /** A layer from a file, under its digest. */
  blob(layer: LayerDescriptor, path: string): Promise<void>;
  /** A JSON document of the image layout. */
  document(name: string, content: Uint8Array): Promise<void>;
  /** A file of the container build. */
  build(name: string, mediaType: string, content: Uint8Array | string): Promise<void>;
  /** Keeps the manifest with its raw Ed25519 signature and the public key; gives both digests. */
  sign(manifest: string): Promise<{ manifest: string; signature: string }>;
}

/** @throws Error when the store answers with another digest than the layer was written with. */
export function createPackageWriter(context: ToolContext, model: string): PackageWriter {
  const files: PackagedFile[] = [];
  const { artifacts, signer } = context;
  const inputs = [model];
  const keep = async (file: Parameters<typeof artifacts.put>[0]) => {
    const { name, sha256, bytes } = await artifacts.put(file);
    files.push({ path: name, sha256, bytes });
    return sha256;
  };
  return {
    files,
    async blob(layer, path) {
      const sha256 = await keep({
        name: `image/blobs/sha256/${layer.digest}`,
        kind: "container-image",
        mediaType: "application/vnd.oci.image.layer.v1.tar+gzip",
        content: { path },
        inputs,
      });
      if (sha256 !== layer.digest) throw new Error(`the layer ${layer.digest} was stored as ${sha256}`);
    },
    async document(name, content) {
      await keep({ name, kind: "container-image", mediaType: "application/json", content, inputs });
    },
    async build(name, mediaType, content) {
      await keep({ name, kind: "container-build", mediaType, content, inputs });
    },
    async sign(manifest) {
      const kept = await artifacts.put({
        name: "manifest.json",
        kind: "manifest",
        mediaType: "application/json",
        content: manifest,
        inputs,
      });
      const signature = await artifacts.put({
        name: "manifest.json.sig",
        kind: "signature",
        mediaType: "application/octet-stream",
        content: await signer.sign(new TextEncoder().encode(manifest)),
        inputs: [kept.sha256],
      });
      await artifacts.put({
        name: "signing-key.pem",
        kind: "signature",
        mediaType: "application/x-pem-file",
        content: await signer.publicKeyPem(),
        inputs: [],
      });
      return { manifest: kept.sha256, signature: signature.sha256 };
    },
  };
}
