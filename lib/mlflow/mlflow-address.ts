import { fail, ok, type Result } from "#core/contract/failure.ts";

/** Where the tracking server is, and how to prove who asks. Never printed. */
export interface MlflowAddress {
  /** Without user, password and trailing slash. */
  base: string;
  authorization: string | null;
  experiment: string;
}

/**
 * Reads MLFLOW_TRACKING_URI, MLFLOW_TRACKING_TOKEN, MLFLOW_TRACKING_USERNAME and _PASSWORD, MLFLOW_EXPERIMENT_NAME: the
 * variables of MLflow's own clients. Undefined without an address.
 */
export function readMlflowAddress(environment: NodeJS.ProcessEnv): Result<MlflowAddress> | undefined {
  const stated = environment["MLFLOW_TRACKING_URI"];
  if (stated === undefined || stated === "") return undefined;
  const url = URL.canParse(stated) ? new URL(stated) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol)) {
    return fail(
      "invalid-input",
      "MLFLOW_TRACKING_URI is no http(s) address of a tracking server; start one with `mlflow server` and name it",
    );
  }
  const user = environment["MLFLOW_TRACKING_USERNAME"] ?? decodeURIComponent(url.username);
  const password = environment["MLFLOW_TRACKING_PASSWORD"] ?? decodeURIComponent(url.password);
  const token = environment["MLFLOW_TRACKING_TOKEN"];
  return ok({
    base: `${url.origin}${url.pathname.replace(/\/+$/, "")}`,
    authorization: token
      ? `Bearer ${token}`
      : user === ""
        ? null
        : `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`,
    experiment: environment["MLFLOW_EXPERIMENT_NAME"] || "swarm",
  });
}
