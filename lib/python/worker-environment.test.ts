import { expect, it } from "vitest";
import { findPython } from "./find-python.ts";
import { workerEnvironment } from "./worker-environment.ts";

it("the worker's environment holds no key, token or proxy of the operator", () => {
  const environment = {
    PATH: "/usr/bin",
    HOME: "/home/ann",
    ANTHROPIC_API_KEY: "key",
    MLFLOW_TRACKING_TOKEN: "token",
    HTTPS_PROXY: "http://ann:word@proxy",
    PYTHONPATH: "/home/ann/lib",
  };
  const given = workerEnvironment(environment, "/scratch");
  expect(Object.keys(given).toSorted()).toEqual([
    "HOME",
    "LC_ALL",
    "MKL_NUM_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "PATH",
    "PYTHONHASHSEED",
    "TMPDIR",
  ]);
  expect(given["HOME"]).toBe("/scratch");
});

it("an interpreter that is named is taken, and the system's own is not taken unasked", () => {
  expect(findPython({ SWARM_PYTHON: "/opt/python" }, "/nowhere")).toEqual({ ok: true, value: "/opt/python" });
  const absent = findPython({ PATH: "/usr/bin" }, "/nowhere");
  expect(absent).toMatchObject({ ok: false, failure: { code: "missing-part" } });
  expect(!absent.ok && absent.failure.message).toContain("npm run setup:python");
});
