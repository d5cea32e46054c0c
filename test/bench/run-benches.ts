import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/**
 * Runs benchmarks one after the other, each in a process of its own: `npm run bench`, `npm run bench -- boosting shap`,
 * `npm run bench -- --list`. SWARM_PYTHON names a Python whose scikit-learn, xgboost and scipy are measured in the same
 * runs; without it python3 is tried and what is missing is left out. What the numbers were, and on what machine, is in
 * docs/benchmarks.md.
 */

interface Bench {
  readonly about: string;
  readonly file: string;
  readonly arguments?: readonly string[];
}

const BENCHES: Readonly<Record<string, Bench>> = {
  boosting: {
    about:
      "training, scoring and explaining on the reference sets, beside scikit-learn; 1,000,000 rows from file to model",
    file: "lib/ml/bench/measure.ts",
    arguments: ["--large"],
  },
  threads: {
    about: "boosting on 1,000,000 rows with one and two threads",
    file: "lib/ml/bench/measure-threads.ts",
    arguments: ["1000000", "100", "3"],
  },
  forest: { about: "forests of 200 trees, beside scikit-learn", file: "lib/ml/bench/measure-forest.ts" },
  shap: { about: "TreeSHAP, beside xgboost", file: "lib/ml/bench/measure-shap.ts" },
  drift: {
    about: "1,000 columns x 100,000 rows against a stored profile, beside scipy",
    file: "lib/ml/bench/measure-drift.ts",
  },
  reading: { about: "reading 1,000,000 x 30 CSV: time and memory", file: "lib/ml/bench/measure-reading.ts" },
  serving: { about: "one row over HTTP, beside a bare server", file: "test/bench/serve-model.ts" },
  packaging: { about: "making a model's image", file: "test/bench/package-model.ts" },
  step: { about: "a turn of the agent loop", file: "test/bench/react-step.ts", arguments: ["150", "7"] },
  append: { about: "appending events", file: "lib/stores/bench/append.ts" },
  passes: { about: "reading, folding and verifying events", file: "lib/stores/bench/passes.ts" },
};

const root = fileURLToPath(new URL("../..", import.meta.url));
const wanted = process.argv.slice(2);

/** A Python for the peers: the named one, the backend's own environment, or whatever the machine has. */
function pythonOf(environment: NodeJS.ProcessEnv): string | undefined {
  if (environment.SWARM_PYTHON) return environment.SWARM_PYTHON;
  const candidates = [`${root}/.venv-swarm/bin/python`, "python3"];
  return candidates.find((python) => spawnSync(python, ["-c", "import sklearn"]).status === 0);
}

if (wanted.includes("--list")) {
  for (const [name, { about }] of Object.entries(BENCHES)) console.log(`${name.padEnd(10)} ${about}`);
} else {
  const unknown = wanted.find((name) => !Object.hasOwn(BENCHES, name));
  if (unknown !== undefined) {
    console.error(`There is no benchmark ${unknown}. There are: ${Object.keys(BENCHES).join(", ")}.`);
    process.exit(2);
  }
  const python = pythonOf(process.env);
  const environment = { ...process.env, ...(python === undefined ? {} : { SWARM_PYTHON: python }) };
  for (const name of wanted.length > 0 ? wanted : Object.keys(BENCHES)) {
    const { about, file, arguments: given = [] } = BENCHES[name]!;
    console.log(`\n== ${name}: ${about}\n   npx node ${[file, ...given].join(" ")}`);
    const { status } = spawnSync(process.execPath, [`${root}/${file}`, ...given], {
      stdio: "inherit",
      cwd: root,
      env: environment,
    });
    if (status !== 0) {
      console.error(`${name} ended with ${status ?? "a signal"}`);
      process.exitCode = 1;
    }
  }
}
