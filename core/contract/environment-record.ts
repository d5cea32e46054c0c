import { z } from "zod";
import { Sha256 } from "./ids.ts";

const version = z.string().min(1).max(100);
const versions = z.record(z.string().min(1).max(214), version);

/** The commit that the sources lie at; `none` where they were installed without a repository. */
const GitReference = z.discriminatedUnion("status", [
  z.strictObject({
    status: z.literal("commit"),
    commit: z.string().regex(/^[0-9a-f]{40,64}$/),
    /** Shipped sources differ from the commit; their digest says what ran. */
    isDirty: z.boolean(),
  }),
  z.strictObject({ status: z.literal("none") }),
]);

/** `unreadable`: an interpreter is set but did not answer. */
const PythonEnvironment = z.discriminatedUnion("status", [
  z.strictObject({ status: z.literal("absent") }),
  z.strictObject({ status: z.literal("unreadable") }),
  z.strictObject({ status: z.literal("found"), version, packages: versions }),
]);

/** The part of an environment that bytes may depend on; an environment is named by this part's digest. */
export const MadeWith = z.strictObject({
  /** Swarm itself. `sourcesSha256` is over the lines of `sha256sum` for all shipped sources, by path. */
  code: z.strictObject({ version, sourcesSha256: Sha256, git: GitReference }),
  /** The interpreter and its platform; the digest covers the versions of everything built into the interpreter. */
  runtime: z.strictObject({
    node: version,
    v8: version,
    platform: version,
    arch: version,
    /** Undefined names are left out where the platform has no such thing. */
    libc: version.optional(),
    sha256: Sha256,
  }),
  /** What the lock file pins of the packages that are used when Swarm runs. */
  packages: z.discriminatedUnion("status", [
    z.strictObject({ status: z.literal("locked"), lockSha256: Sha256, versions }),
    z.strictObject({ status: z.literal("no-lock-file") }),
  ]),
  python: PythonEnvironment,
});
export type MadeWith = z.infer<typeof MadeWith>;

/**
 * What a run was made with. Holds no names of people, hosts, folders or variables: it can be shown to anyone who may see
 * the run. `compute` stands beside what names the environment, because the engine's bytes do not depend on it.
 */
export const EnvironmentRecord = MadeWith.extend({
  compute: z.strictObject({
    processors: z.number().int().positive(),
    /** As the system calls it. Numerical libraries choose their kernels by it. */
    processorModel: z.string().max(200),
    /** Worker threads of the engine. */
    threads: z.number().int().positive(),
    /** What one task may take beside its input. */
    taskMemoryMegabytes: z.number().int().positive(),
    /** Limit of the JavaScript heap. */
    heapMegabytes: z.number().int().positive(),
  }),
});
export type EnvironmentRecord = z.infer<typeof EnvironmentRecord>;

/** A record with the digest that names it: SHA-256 over the RFC 8785 form of its `MadeWith` part. */
export interface RecordedEnvironment {
  sha256: Sha256;
  record: EnvironmentRecord;
}
