import { lookup } from "node:dns/promises";
import { isIPv4 } from "node:net";
import { fail, ok, type Result } from "#core/contract/failure.ts";

/**
 * Whether the server may listen on this host. There is no sign-in yet: whoever reaches the server acts as the operator
 * whose home it is, and approves gates in their name. So it listens on this machine only. Failures: `missing-part` for
 * an address that others can reach, `invalid-input` for a name that leads nowhere.
 */
export async function bindAddress(host: string): Promise<Result<string>> {
  const found = await lookup(host, { all: true }).catch(() => []);
  if (host === "" || found.length === 0) {
    return fail(
      "invalid-input",
      `--host ${JSON.stringify(host)} is no address of this machine; use 127.0.0.1`,
    );
  }
  if (found.every(({ address }) => isLoopback(address))) return ok(host);
  return fail(
    "missing-part",
    `--host ${host} would let other machines in, and there is no sign-in yet: everybody there could act as you. ` +
      "Keep 127.0.0.1 and reach it from elsewhere through what knows its users, as `ssh -L 8000:127.0.0.1:8000 HOST` does",
  );
}

const isLoopback = (address: string): boolean =>
  address === "::1" || (isIPv4(address) && address.startsWith("127."));
