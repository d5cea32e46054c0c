/** A request as the routes see it: no socket, no stream. */
export interface ServingRequest {
  method: string;
  /** Path without query. */
  path: string;
  headers: Readonly<Record<string, string | undefined>>;
  body: Uint8Array;
}

/** What goes back, with what the log and the counters may know of it: never a row's contents. */
export interface Answer {
  status: number;
  /** A template such as `/v2/models/{name}/infer`; what a caller typed never becomes a label. */
  route: string;
  contentType: string;
  body: string;
  headers?: Readonly<Record<string, string>>;
  /** Rows scored. */
  rows?: number;
}

/** A fault of the caller, carried to the route that knows in which shape its protocol wants it. */
export class RequestFault extends Error {
  readonly status: number;
  /** The field, tensor or parameter at fault. */
  readonly field: string | undefined;
  /** The row at fault, 0-based. */
  readonly row: number | undefined;

  constructor(status: number, message: string, field?: string, row?: number) {
    super(message);
    this.status = status;
    this.field = field;
    this.row = row;
  }
}

/** An answer of JSON, with a line end so that it reads well in a terminal. */
export function jsonAnswer(status: number, route: string, value: unknown): Answer {
  return { status, route, contentType: "application/json", body: `${JSON.stringify(value)}\n` };
}
