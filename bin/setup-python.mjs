// Makes the environment of the Python backend: a venv from pinned requirements, every file checked by its hash.
// `npm run setup:python`; SWARM_PYTHON names the interpreter to make it from, SWARM_PYTHON_HOME where to put it.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const requirements = join(root, "lib/python/requirements.txt");
const home = process.env.SWARM_PYTHON_HOME || join(root, ".venv-swarm");
const isWindows = process.platform === "win32";
const python = join(home, isWindows ? "Scripts/python.exe" : "bin/python");
const stamp = join(home, "swarm-requirements.sha256");
const OLDEST = [3, 11];
const LIBRARIES = "import lightgbm, numpy, sklearn, threadpoolctl, xgboost";

/**
 * @param {string} program
 * @param {string[]} parameters
 */
function run(program, parameters) {
  return spawnSync(program, parameters, { encoding: "utf8", maxBuffer: 1 << 26 });
}

/** @param {string} program */
function versionOf(program) {
  const ran = run(program, ["-c", "import sys; print(sys.version_info[0], sys.version_info[1])"]);
  if (ran.status !== 0) return undefined;
  return ran.stdout.trim().split(" ").map(Number);
}

/** @param {number[] | undefined} version */
function isNewEnough(version) {
  if (version === undefined) return false;
  const [major = 0, minor = 0] = version;
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

/**
 * @param {number} code
 * @param {string} message
 */
function stop(code, message) {
  console.error(`setup:python: ${message}`);
  process.exit(code);
}

const wanted = createHash("sha256").update(readFileSync(requirements)).digest("hex");
if (
  existsSync(stamp) &&
  readFileSync(stamp, "utf8").trim() === wanted &&
  run(python, ["-c", LIBRARIES]).status === 0
) {
  console.log(`setup:python: ${home} is as the requirements want it; nothing to do`);
  process.exit(0);
}

if (existsSync(home) && readdirSync(home).length > 0 && !existsSync(join(home, "pyvenv.cfg"))) {
  stop(
    2,
    `${home} holds something else than a Python environment; name another folder with SWARM_PYTHON_HOME`,
  );
}
const named = process.env.SWARM_PYTHON;
const candidates = named ? [named] : ["python3.13", "python3.12", "python3.11", "python3", "python"];
const interpreter = candidates.find((program) => isNewEnough(versionOf(program)));
if (interpreter === undefined) {
  stop(
    7,
    `no Python ${OLDEST.join(".")} or newer among ${candidates.join(", ")}; install one (Debian: apt-get install python3 python3-venv), or name it with SWARM_PYTHON`,
  );
} else {
  const startedAt = Date.now();
  // A half-made environment would look like a whole one.
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  console.log(`setup:python: making ${home} with ${interpreter} ${versionOf(interpreter)?.join(".")}`);
  const made = run(interpreter, ["-m", "venv", home]);
  if (made.status !== 0) {
    rmSync(home, { recursive: true, force: true });
    stop(
      7,
      `venv failed; on Debian: apt-get install python3-venv. It said: ${`${made.stdout}${made.stderr}`.trim()}`,
    );
  }
  console.log("setup:python: installing LightGBM, XGBoost and scikit-learn");
  const installed = run(python, [
    "-m",
    "pip",
    "install",
    "--disable-pip-version-check",
    "--require-hashes",
    "--only-binary=:all:",
    "-r",
    requirements,
  ]);
  if (installed.status !== 0) {
    rmSync(home, { recursive: true, force: true });
    stop(4, `pip failed; check the network and try again. It said: ${installed.stderr.trim().slice(-1500)}`);
  }
  const checked = run(python, ["-c", LIBRARIES]);
  if (checked.status !== 0) {
    rmSync(home, { recursive: true, force: true });
    stop(
      7,
      `a library does not load: ${checked.stderr.trim().split("\n").at(-1)}. On Debian: apt-get install libgomp1`,
    );
  }
  writeFileSync(stamp, `${wanted}\n`);
  console.log(
    `setup:python: done in ${((Date.now() - startedAt) / 1000).toFixed(0)} s; try \`npx swarm doctor\``,
  );
}
