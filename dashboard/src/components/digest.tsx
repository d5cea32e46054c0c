import { shortDigest } from "../format/words.ts";
import { CopyButton } from "./copy-button.tsx";

/** A digest, shortened for the eye and whole for the clipboard. */
export function Digest({ value, what }: { value: string; what: string }) {
  return (
    <span className="inline-flex items-center gap-0.5">
      <code className="font-mono text-xs text-muted" title={value}>
        {shortDigest(value)}
      </code>
      <CopyButton text={value} label={`Copy ${what}`} />
    </span>
  );
}
