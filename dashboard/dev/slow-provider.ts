import type { Clock } from "#core/contract/clock.ts";
import { failure } from "#core/contract/failure.ts";
import type { Provider, ProviderEvent, ProviderRequest } from "#core/contract/provider.ts";

/** A provider that takes its time between pieces, as a model over a network does. */
export function createSlowProvider(inner: Provider, clock: Clock, speed: () => number): Provider {
  return {
    ...inner,
    stream: (request, signal) => slowly(inner, request, { clock, speed, signal }),
  };
}

async function* slowly(
  inner: Provider,
  request: ProviderRequest,
  pace: { clock: Clock; speed: () => number; signal: AbortSignal },
): AsyncGenerator<ProviderEvent> {
  try {
    await pace.clock.sleep(350 / pace.speed(), pace.signal);
    for await (const event of inner.stream(request, pace.signal)) {
      if (event.type === "text-delta") await pace.clock.sleep(70 / pace.speed(), pace.signal);
      yield event;
    }
  } catch {
    yield { type: "failed", failure: failure("cancelled", "the call was cancelled") };
  }
}
