import { createContext, useContext } from "react";

/** Opens an artifact that a digest names, where the page knows one. */
export interface ArtifactLink {
  name: string;
  address: string;
  open: () => void;
}

const ArtifactLinkContext = createContext<(digest: string) => ArtifactLink | undefined>(() => undefined);
export const ArtifactLinkProvider = ArtifactLinkContext.Provider;

/** Looks up what a digest on this page stands for; undefined outside a run and for unknown digests. */
export const useArtifactLink = (): ((digest: string) => ArtifactLink | undefined) =>
  useContext(ArtifactLinkContext);
