import { type Answer, jsonAnswer, RequestFault, type ServingRequest } from "./answer.ts";
import { infer, modelMetadata, serverMetadata } from "./open-inference.ts";
import { predict } from "./predict.ts";
import type { ServedModel } from "./served-model.ts";

export interface RouteOptions {
  model: ServedModel;
  maxRows: number;
  /** False while the server drains: it still answers, but asks not to be sent more. */
  isReady: () => boolean;
  printMetrics: () => string;
}

interface Route {
  template: string;
  method: "GET" | "POST";
  /** A text is sent as it is, all else as JSON. */
  answer(request: ServingRequest): { value: unknown; rows?: number };
}

/**
 * Answers one request. Faults of the caller become 4xx in the shape of the protocol asked for
 * (`{"error": "…"}`, with `field` and `row` outside `/v2`); anything else that is thrown is a bug and left to the server.
 */
export function answerRequest(request: ServingRequest, options: RouteOptions): Answer {
  const routes = routesOf(options);
  const path = request.path.length > 1 ? request.path.replace(/\/+$/, "") : request.path;
  const model = /^\/v2\/models\/([^/]+)(?:\/versions\/([^/]+))?(\/.*)?$/.exec(path);
  const template = model === null ? path : `/v2/models/{name}${model[3] ?? ""}`;
  const matches = routes.filter((route) => route.template === template);
  const method = request.method === "HEAD" ? "GET" : request.method;
  const route = matches.find((candidate) => candidate.method === method);
  try {
    if (matches.length === 0) throw new RequestFault(404, "There is no such path.");
    if (route === undefined) {
      const allow = matches.map((match) => match.method).join(", ");
      const answer = jsonAnswer(405, template, { error: `This path answers ${allow} only.` });
      return { ...answer, headers: { allow } };
    }
    if (model !== null) checkModelName(model, options.model.name);
    return toAnswer(template, route.answer(request));
  } catch (fault) {
    if (!(fault instanceof RequestFault)) throw fault;
    const isProtocol = path.startsWith("/v2");
    const field = fault.field === undefined || isProtocol ? {} : { field: fault.field };
    const row = fault.row === undefined || isProtocol ? {} : { row: fault.row };
    return jsonAnswer(fault.status, matches.length === 0 ? "other" : template, {
      error: fault.message,
      ...field,
      ...row,
    });
  }
}

function routesOf({ model, maxRows, isReady, printMetrics }: RouteOptions): Route[] {
  const whenReady = (value: unknown) => {
    if (!isReady()) throw new RequestFault(503, "The server is shutting down.");
    return { value };
  };
  const identity = { name: model.name, digest: model.digest };
  const get = (template: string, answer: Route["answer"]): Route => ({ template, method: "GET", answer });
  const post = (template: string, answer: Route["answer"]): Route => ({ template, method: "POST", answer });
  return [
    get("/health", () => whenReady({ status: "ok", model: identity })),
    get("/metrics", () => ({ value: printMetrics() })),
    post("/predict", ({ body }) => {
      const value = predict(model, body, maxRows);
      return { value, rows: value.predictions.length };
    }),
    get("/v2", () => ({ value: serverMetadata() })),
    get("/v2/health/live", () => ({ value: { live: true } })),
    get("/v2/health/ready", () => whenReady({ ready: true })),
    get("/v2/models/{name}", () => ({ value: modelMetadata(model) })),
    get("/v2/models/{name}/ready", () => whenReady({ name: model.name, ready: true })),
    post("/v2/models/{name}/infer", ({ body, headers }) => {
      if (headers["inference-header-content-length"] !== undefined) {
        throw new RequestFault(400, "Binary tensor data is not supported; send tensors as JSON.");
      }
      const value = infer(model, body, maxRows);
      return { value, rows: value.outputs[0]?.shape[0] ?? 0 };
    }),
  ];
}

function checkModelName([, encoded, version]: RegExpExecArray, name: string): void {
  let asked: string | undefined;
  try {
    asked = decodeURIComponent(encoded ?? "");
  } catch {
    // A broken escape names no model.
  }
  if (asked !== name)
    throw new RequestFault(404, `There is no model of that name here; "${name}" is served.`);
  if (version !== undefined && version !== "1") {
    throw new RequestFault(404, `The model "${name}" has the version 1 only.`);
  }
}

function toAnswer(route: string, { value, rows }: ReturnType<Route["answer"]>): Answer {
  if (typeof value === "string") {
    return { status: 200, route, contentType: "text/plain; version=0.0.4; charset=utf-8", body: value };
  }
  return { ...jsonAnswer(200, route, value), ...(rows === undefined ? {} : { rows }) };
}
