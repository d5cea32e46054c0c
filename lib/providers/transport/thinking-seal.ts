/**
 * Vendors sign a model's reasoning and refuse it when it comes back from another model or in a changed
 * conversation. The seal is what we keep as the part's `signature`: the vendor's value, and for which provider,
 * model and conversation it is good, so that a part which would be refused is left out instead.
 */
export interface ThinkingSeal {
  provider: string;
  model: string;
  /** A digest of what the model was shown before, or "" where the vendor does not mind. */
  prefix: string;
  /** Which of the vendor's kinds of block it was. */
  kind: string;
  /** The vendor's own value, unchanged. */
  value: string;
}

export function writeThinkingSeal({ provider, model, prefix, kind, value }: ThinkingSeal): string {
  return [provider, model, prefix, kind].map(encodeURIComponent).join("/").concat("/", value);
}

/** Undefined for a signature that is none of ours. */
export function readThinkingSeal(signature: string): ThinkingSeal | undefined {
  const [, provider, model, prefix, kind, value] =
    /^([^/]*)\/([^/]*)\/([^/]*)\/([^/]*)\/(.*)$/s.exec(signature) ?? [];
  if (provider === undefined || model === undefined || prefix === undefined) return undefined;
  if (kind === undefined || value === undefined) return undefined;
  try {
    return {
      provider: decodeURIComponent(provider),
      model: decodeURIComponent(model),
      prefix: decodeURIComponent(prefix),
      kind: decodeURIComponent(kind),
      value,
    };
  } catch {
    return undefined;
  }
}
