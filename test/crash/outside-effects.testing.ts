import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** What happened outside Swarm: a service that takes notices, and a file that letters are appended to. */
export interface OutsideWorld {
  /** Where notices are posted. */
  url: string;
  /** Texts of the notices that took effect, in their order. */
  notices: readonly string[];
  /** Every request, repeats included, with the key that it carried. */
  requests: readonly { key: string; text: string }[];
  close(): Promise<void>;
}

/**
 * A service with an effect for each new idempotency key, as payment services have it: a repeat under a known key gets
 * the first answer and does nothing. It believes the keys; a caller that makes up a new one for a repeat has its
 * effect twice, and the count shows it.
 */
export async function openOutsideWorld(): Promise<OutsideWorld> {
  const notices: string[] = [];
  const requests: { key: string; text: string }[] = [];
  const keys = new Set<string>();
  const server = createServer((request, response) => {
    let text = "";
    request.setEncoding("utf8").on("data", (part: string) => {
      text += part;
    });
    request.on("end", () => {
      const key = String(request.headers["idempotency-key"]);
      requests.push({ key, text });
      if (!keys.has(key)) notices.push(text);
      keys.add(key);
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ number: [...keys].indexOf(key) + 1 }));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo; // it listens on a port, not on a pipe
  return {
    url: `http://127.0.0.1:${port}/notices`,
    notices,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
}

/** Appends a letter to the file outside the home, once for each call of this function. */
export function appendLetter(file: string, letter: { key: string; text: string }): void {
  appendFileSync(file, `${JSON.stringify(letter)}\n`);
}

/** The letters in the file, in their order. */
export function readLetters(file: string): { key: string; text: string }[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as { key: string; text: string }); // written by appendLetter
}
