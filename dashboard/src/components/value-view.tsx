import type { JsonValue } from "#core/contract/json.ts";
import { useArtifactLink } from "./artifact-link.tsx";

/** A single value for reading: a digest of a known artifact by the artifact's name, texts as they are. */
export function ValueView({ value }: { value: JsonValue }) {
  const linkTo = useArtifactLink();
  if (typeof value === "string") {
    const link = /^[0-9a-f]{64}$/.test(value) ? linkTo(value) : undefined;
    if (link === undefined) return <span className="break-words whitespace-pre-wrap">{value}</span>;
    return (
      <span className="inline-flex flex-wrap gap-x-2">
        <button type="button" className="text-link" onClick={link.open}>
          {link.name}
        </button>
        <code className="font-mono text-xs text-faint">{value.slice(0, 10)}…</code>
      </span>
    );
  }
  if (Array.isArray(value) && value.every((item) => typeof item === "string"))
    return value.length === 0 ? "none" : value.join(", ");
  return <code className="font-mono text-xs break-words">{JSON.stringify(value)}</code>;
}
