// Puts `swarm` beside the commands of the installed packages, so that `npx swarm` in a checkout runs this one and
// never a package of that name from a registry.
import { existsSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../node_modules/.bin", import.meta.url));
if (existsSync(fileURLToPath(new URL("../node_modules", import.meta.url)))) {
  mkdirSync(folder, { recursive: true });
  const link = join(folder, "swarm");
  rmSync(link, { force: true });
  symlinkSync("../../bin/swarm.mjs", link);
}
