import { enableCompileCache } from "node:module";
import { z } from "zod";
import { main } from "#api/cli/main.ts";
import { openRuntime, type OpenedRuntime } from "#api/boot/open-runtime.ts";
import { createEffectTools } from "./effect-tools.testing.ts";

/**
 * The command line as users have it, over the composition that they have, with two tools added and a death built in:
 * the process that `npm run crash-test` kills. The death is SIGKILL: nothing is flushed, closed or said.
 */
enableCompileCache();

/** When this process dies; told in SWARM_TEST_DEATH as JSON. */
const Death = z.discriminatedUnion("at", [
  /** Behind the commit with this event of the run. */
  z.strictObject({ at: z.literal("after-event"), seq: z.number().int().positive() }),
  /** Before the commit with this event of the run: what it tells has happened and is not on record. */
  z.strictObject({ at: z.literal("before-event"), seq: z.number().int().positive() }),
  /** Inside a tool, between its n-th effect and its return. */
  z.strictObject({ at: z.literal("effect"), tool: z.string(), time: z.number().int().positive() }),
]);
export type Death = z.infer<typeof Death>;

const environment = z
  .object({
    SWARM_TEST_NOTICES: z.url(),
    SWARM_TEST_LETTERS: z.string().min(1),
    SWARM_TEST_SHELF: z.string().min(1),
    SWARM_TEST_DEATH: z.string().default("{}"),
  })
  .parse(process.env);
const planned: unknown = JSON.parse(environment.SWARM_TEST_DEATH);
const death = environment.SWARM_TEST_DEATH === "{}" ? undefined : Death.parse(planned);

function die(): void {
  process.kill(process.pid, "SIGKILL");
}

const effects = new Map<string, number>();
const tools = createEffectTools({
  noticeUrl: environment.SWARM_TEST_NOTICES,
  letterFile: environment.SWARM_TEST_LETTERS,
  afterEffect: (tool) => {
    const time = (effects.get(tool) ?? 0) + 1;
    effects.set(tool, time);
    if (death?.at === "effect" && death.tool === tool && death.time === time) die();
  },
});

/** The stores with an eye on their commits. */
function withDeath(opened: OpenedRuntime): OpenedRuntime {
  if (death === undefined || death.at === "effect") return opened;
  const { log } = opened.stores;
  const stores = {
    ...opened.stores,
    log: {
      ...log,
      async commit(transaction: Parameters<typeof log.commit>[0]) {
        const runs = transaction.appends.filter(({ stream }) => stream.kind === "run");
        if (death.at === "before-event") {
          for (const { stream, events } of runs) {
            const { seq } = await log.streamHead(stream);
            if (seq + events.length >= death.seq) die();
          }
        }
        const committed = await log.commit(transaction);
        if (death.at === "after-event" && committed.ok) {
          const isThere = committed.value.some(
            ({ stream, seq }) => stream.kind === "run" && seq >= death.seq,
          );
          if (isThere) die();
        }
        return committed;
      },
    },
  };
  return { ...opened, stores, runtime: { ...opened.runtime, stores } };
}

process.exitCode = await main(process.argv.slice(2), {
  async open(options) {
    const opened = await openRuntime({
      ...options,
      additions: {
        tools,
        agents: `${environment.SWARM_TEST_SHELF}/agents`,
        workflows: [`${environment.SWARM_TEST_SHELF}/workflows`],
      },
    });
    return opened.ok ? { ok: true, value: withDeath(opened.value) } : opened;
  },
});
