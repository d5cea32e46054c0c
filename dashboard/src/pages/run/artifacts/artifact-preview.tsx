import { useQuery } from "@tanstack/react-query";
import { artifactUrl } from "../../../api/client.ts";
import { unwrap } from "../../../api/api-result.ts";
import { artifactQuery } from "../../../app/queries.ts";
import { useServices } from "../../../app/services.tsx";
import { buttonClass } from "../../../components/button.tsx";
import { CodeBlock } from "../../../components/code-block.tsx";
import { Dialog } from "../../../components/dialog.tsx";
import { Digest } from "../../../components/digest.tsx";
import { Icon } from "../../../components/icon.tsx";
import { JsonView } from "../../../components/json-view.tsx";
import { Markdown } from "../../../components/markdown/markdown.tsx";
import { FailureNotice, Notice } from "../../../components/notice.tsx";
import { Skeleton } from "../../../components/skeleton.tsx";
import { useRunView } from "../run-view.tsx";
import { type PreviewKind, previewKind } from "./preview-kind.ts";

interface Shown {
  name: string;
  sha256: string;
}

/** Files above this size are not drawn as text: the page would stand still. */
const MAX_TEXT_CHARACTERS = 2_000_000;

/** An artifact over the page, shown as what it is, with its digest and the way to keep it. */
export function ArtifactPreview({ artifact, onClose }: { artifact: Shown; onClose: () => void }) {
  const kind = previewKind(artifact.name);
  return (
    <Dialog
      isOpen
      onClose={onClose}
      width="wide"
      title={<span className="font-mono text-base break-all">{artifact.name}</span>}
      description={<Digest value={artifact.sha256} what="the SHA-256" />}
      footer={
        <a
          href={artifactUrl(artifact.sha256, artifact.name)}
          download={artifact.name.split("/").at(-1)}
          className={buttonClass()}
        >
          <Icon name="download" />
          Download
        </a>
      }
    >
      {kind === undefined && <p className="text-muted">There is no preview for files of this kind.</p>}
      {(kind === "markdown" || kind === "json" || kind === "text") && (
        <TextPreview artifact={artifact} kind={kind} />
      )}
      {kind === "image" && (
        <img
          src={artifactUrl(artifact.sha256, artifact.name, { inline: true })}
          alt={artifact.name}
          className="mx-auto max-h-full max-w-full rounded-md bg-white"
        />
      )}
      {(kind === "page" || kind === "pdf") && <FramePreview artifact={artifact} kind={kind} />}
    </Dialog>
  );
}

function TextPreview({ artifact, kind }: { artifact: Shown; kind: PreviewKind }) {
  const { state } = useRunView();
  const text = useQuery(artifactQuery(useServices(), artifact));
  if (text.isPending) return <Skeleton lines={10} label="Reading the artifact" />;
  if (text.isError) return <FailureNotice error={text.error} onRetry={() => void text.refetch()} />;
  if (text.data.length > MAX_TEXT_CHARACTERS)
    return <p className="text-muted">This file is too large to be shown here. Download it instead.</p>;
  if (kind === "markdown") {
    // Images lie beside the document in the run's folder.
    const folder = artifact.name.includes("/") ? artifact.name.replace(/[^/]*$/, "") : "";
    return (
      <Markdown
        text={text.data}
        imageAddress={(source) => {
          const image = state.artifacts.get(`${folder}${source.replace(/^\.\//, "")}`);
          return image === undefined ? undefined : artifactUrl(image.sha256, image.name, { inline: true });
        }}
      />
    );
  }
  const json = kind === "json" ? parsed(text.data) : undefined;
  if (json !== undefined) return <JsonView value={json} label={artifact.name} />;
  return (
    <CodeBlock label={artifact.name} copy={text.data} maxHeight="max-h-full">
      {text.data}
    </CodeBlock>
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** A page or a PDF in a frame of its own; a page gets no rights at all, neither scripts nor our origin. */
function FramePreview({ artifact, kind }: { artifact: Shown; kind: "page" | "pdf" }) {
  const { client } = useServices();
  const inline = useQuery({
    queryKey: ["inline", artifact.sha256, artifact.name] as const,
    queryFn: async ({ signal }) => unwrap(await client.isShownInline(artifact.sha256, artifact.name, signal)),
  });
  if (inline.isPending) return <Skeleton lines={4} label="Reading the artifact" />;
  if (inline.isError) return <FailureNotice error={inline.error} onRetry={() => void inline.refetch()} />;
  if (!inline.data) {
    return <Notice tone="info">The server gives this file for download only.</Notice>;
  }
  const address = artifactUrl(artifact.sha256, artifact.name, { inline: true });
  return (
    <iframe
      title={artifact.name}
      src={address}
      // A PDF is drawn by the browser's own reader, which does not start in a sandbox.
      {...(kind === "page" ? { sandbox: "" } : {})}
      className="h-full min-h-96 w-full rounded-md border bg-white"
    />
  );
}
