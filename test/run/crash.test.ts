import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RunId } from "#core/contract/ids.ts";
import { foldRun } from "#core/events/fold-run.ts";
import { driveRun } from "#core/run/drive-run.ts";
import { startRun } from "#core/run/start-run.ts";
import { createToy, operator, type Toy, type World, toyRequest } from "./toy-runtime.ts";

/** Thrown in place of a commit: from here on the process does nothing more. */
class ProcessDied extends Error {}

interface Life {
  /** Commits that this process makes before it dies; undefined for one that lives to the end. */
  commits?: number;
  /** Or: dies inside the n-th effect of a tool, after the effect. */
  effects?: number;
}

/** Drives a run through several processes, each dying as told; the last one finishes. Returns what stayed. */
async function liveThrough(lives: Life[]) {
  const world: World = { notes: new Map(), letters: [] };
  const first = createToy({ world });
  const started = await startRun(first.runtime, { request: toyRequest(), by: operator });
  if (!started.ok) throw new Error(started.failure.message);
  const runId = started.value;
  let deaths = 0;
  for (const life of [...lives, {}]) deaths += (await oneLife(first, runId, life, world)) ? 1 : 0;
  const events = await first.runtime.stores.log.read({ kind: "run", id: runId });
  return { world, events, state: foldRun(events), deaths };
}

async function oneLife(toy: Toy, runId: RunId, life: Life, world: World): Promise<boolean> {
  const detach = new AbortController();
  let commits = 0;
  let effects = 0;
  let died = false;
  const die = (): never => {
    died = true;
    detach.abort();
    throw new ProcessDied("killed");
  };
  const process = toy.restart({
    beforeCommit: () => {
      if (died) throw new ProcessDied("killed");
      commits += 1;
      if (life.commits !== undefined && commits > life.commits) die();
    },
  });
  world.onEffect = () => {
    effects += 1;
    if (life.effects !== undefined && effects >= life.effects) die();
  };
  try {
    await driveRun(process.runtime, runId, { reason: "recovery", detach: detach.signal });
  } catch (error) {
    if (!(error instanceof ProcessDied)) throw error;
  }
  return died;
}

const outcome = ({ state, world }: Awaited<ReturnType<typeof liveThrough>>) => ({
  status: state.phase.status,
  artifacts: [...state.artifacts.values()].map(({ name, sha256 }) => `${name}:${sha256}`),
  notes: [...world.notes.values()],
  visits: state.visits.map(({ nodeId, status }) => `${nodeId}:${status}`),
});

describe("a run whose process dies", () => {
  it("ends the same wherever between two commits it died, with no effect twice", async () => {
    const whole = await liveThrough([]);
    expect(whole.state.phase.status).toBe("succeeded");
    let boundaries = 0;
    for (let commits = 0; ; commits += 1) {
      const cut = await liveThrough([{ commits }]);
      if (cut.deaths === 0) break;
      boundaries += 1;
      expect(outcome(cut), `after ${commits} commits`).toEqual(outcome(whole));
      // The two letters of the two stages: one may be missing (nobody knew whether it went out), none is doubled.
      expect(cut.world.letters.length, `after ${commits} commits`).toBeLessThanOrEqual(2);
    }
    expect(boundaries).toBeGreaterThan(30);
  });

  it("does not repeat an effect that may not be repeated, and asks instead", async () => {
    for (let effects = 1; ; effects += 1) {
      const cut = await liveThrough([{ effects }]);
      if (cut.deaths === 0) break;
      expect(cut.state.phase.status).toBe("succeeded");
      expect(cut.world.notes.size, "keyed effects are kept once by their key").toBe(2);
      expect(cut.world.letters).toHaveLength(2);
      const abandoned = cut.events.filter((event) => event.type === "tool.abandoned");
      const interrupted = cut.events.filter(
        (event) => event.type === "tool.started" && event.data["repeat"] === "never",
      );
      expect(interrupted).toHaveLength(2);
      for (const event of abandoned) expect(event.data["tool"]).toBe("send_letter");
    }
  });

  it("survives any sequence of deaths", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            fc.record({ commits: fc.integer({ min: 0, max: 25 }) }),
            fc.record({ effects: fc.integer({ min: 1, max: 3 }) }),
          ),
          { maxLength: 6 },
        ),
        async (lives) => {
          const cut = await liveThrough(lives);
          expect(cut.state.phase.status).toBe("succeeded");
          expect(cut.world.notes.size).toBe(2);
          expect(cut.world.letters.length).toBeLessThanOrEqual(2);
        },
      ),
      { numRuns: 60 },
    );
  });
});
