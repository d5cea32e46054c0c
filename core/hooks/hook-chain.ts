import type {
  AnyHookHandler,
  Finding,
  HookContext,
  HookHandler,
  HookOutcome,
  HookPayloads,
  HookPoint,
} from "#core/contract/hook.ts";

/** What one handler did other than letting the payload pass unchanged. */
export interface HookTrigger {
  handler: string;
  owner: string;
  outcome: "redact" | "deny" | "error";
  findings: Finding[];
  reason: string | undefined;
}

/** The end of a chain: the payload as the handlers left it, or the refusal; and what was triggered on the way. */
export type HookChainResult<Payload> =
  | { passed: true; payload: Payload; triggers: HookTrigger[] }
  | { passed: false; by: HookTrigger; reason: string; triggers: HookTrigger[] };

/** All handlers of a process, ordered once, unchangeable afterwards. Core, guardrails and plugins share it. */
export interface HookChain {
  run<Point extends HookPoint>(
    point: Point,
    payload: HookPayloads[Point],
    context: HookContext,
  ): Promise<HookChainResult<HookPayloads[Point]>>;
  /** True when a point has handlers; callers skip building a payload for an empty point. */
  has(point: HookPoint): boolean;
  list(): readonly Pick<AnyHookHandler, "id" | "point" | "owner" | "priority" | "invariant">[];
}

/**
 * Orders handlers by falling priority, equal ones as registered. Throws on a second handler with the same id at
 * one point: a silent replacement would switch a guardrail off.
 */
export function createHookChain(handlers: readonly AnyHookHandler[]): HookChain {
  const byPoint = new Map<HookPoint, AnyHookHandler[]>();
  for (const handler of handlers) {
    const list = byPoint.get(handler.point) ?? [];
    if (list.some((other) => other.id === handler.id)) {
      throw new Error(`hook handler ${handler.id} is registered twice at ${handler.point}`);
    }
    list.push(handler);
    byPoint.set(handler.point, list);
  }
  for (const list of byPoint.values()) list.sort((left, right) => right.priority - left.priority);

  return {
    has: (point) => byPoint.has(point),
    list: () => [...byPoint.values()].flat(),
    async run(point, payload, context) {
      type Payload = typeof payload;
      const triggers: HookTrigger[] = [];
      let current = payload;
      for (const handler of byPoint.get(point) ?? []) {
        // The map's key is the handlers' point, so the payload type is theirs.
        const typed = handler as unknown as HookHandler<typeof point>;
        const outcome: HookOutcome<Payload> = await guarded(typed, current, context);
        if (outcome.outcome === "allow") continue;
        const trigger: HookTrigger = {
          handler: handler.id,
          owner: handler.owner,
          outcome: outcome.outcome,
          findings: outcome.outcome === "error" ? [] : outcome.findings,
          reason: outcome.outcome === "redact" ? undefined : outcome.reason,
        };
        triggers.push(trigger);
        if (outcome.outcome === "redact") {
          current = outcome.payload;
        } else if (outcome.outcome === "deny") {
          return { passed: false, by: trigger, reason: outcome.reason, triggers };
        } else if (handler.invariant) {
          const reason = `${handler.id} could not check this and must not be skipped: ${outcome.reason}`;
          return { passed: false, by: trigger, reason, triggers };
        }
      }
      return { passed: true, payload: current, triggers };
    },
  };
}

/** Runs one handler; a throw or a missed deadline is an `error` outcome, never an exception of the run. */
async function guarded<Point extends HookPoint>(
  handler: HookHandler<Point>,
  payload: HookPayloads[Point],
  context: HookContext,
): Promise<HookOutcome<HookPayloads[Point]>> {
  try {
    const outcome = handler.handle(payload, context);
    if (!(outcome instanceof Promise)) return outcome;
    return await withDeadline(outcome, handler.timeoutMs);
  } catch (error) {
    return { outcome: "error", reason: error instanceof Error ? error.message : String(error) };
  }
}

/** A real timer: a handler that hangs must not hang the run, whatever clock the run is given. */
function withDeadline<Value>(promise: Promise<Value>, milliseconds: number): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`no answer within ${milliseconds} ms`));
    }, milliseconds);
    promise.then(resolve, reject).finally(() => {
      clearTimeout(timer);
    });
  });
}
