import { useQuery } from "@tanstack/react-query";
import type { JsonValue } from "#core/contract/json.ts";
import { artifactQuery } from "../../../app/queries.ts";
import { useServices } from "../../../app/services.tsx";

/** The JSON report behind a fact; undefined while it is on its way, and when it cannot be read. */
export function useReport(sha256: string | undefined): JsonValue | undefined {
  const services = useServices();
  const report = useQuery({
    ...artifactQuery(services, { sha256: sha256 ?? "", name: "report.json" }),
    enabled: sha256 !== undefined,
  });
  if (report.data === undefined) return undefined;
  try {
    return JSON.parse(report.data) as JsonValue; // JSON.parse gives nothing else
  } catch {
    return undefined;
  }
}
