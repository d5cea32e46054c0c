import { once } from "node:events";
import { type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";

export interface RawAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A request with exactly these headers, `Host` included, which fetch would not let through. */
export async function rawRequest(
  url: string,
  options: { method?: string; path: string; headers?: Record<string, string>; body?: string },
): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const asked = request({
    host: hostname,
    port,
    path: options.path,
    method: options.method ?? "GET",
    headers: options.headers ?? {},
    agent: false,
  });
  asked.on("error", () => undefined); // the server may hang up on a body that it does not want
  if (options.body === undefined) asked.end();
  else asked.write(options.body);
  const [response] = (await once(asked, "response")) as [IncomingMessage]; // node's documented argument
  const body = await text(response);
  asked.destroy();
  return { status: response.statusCode ?? 0, headers: response.headers, body };
}

/** Sends these bytes and gives everything that comes back until the other side hangs up. */
export async function rawConversation(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const pieces: Buffer[] = [];
  socket.on("data", (piece) => pieces.push(piece));
  socket.on("error", () => undefined); // a reset is a way of hanging up
  socket.write(bytes);
  await new Promise((resolve) => socket.once("close", resolve));
  return Buffer.concat(pieces).toString("utf8");
}
