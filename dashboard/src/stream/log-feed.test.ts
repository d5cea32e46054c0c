import { describe, expect, it } from "vitest";
import type { EventView } from "#api/contract/pipeline.ts";
import type { Health } from "#api/contract/shelf.ts";
import type { ApiResult } from "../api/api-result.ts";
import { createFakeLine } from "./fake-line.testing.ts";
import { createLogFeed } from "./log-feed.ts";

const health = (size: number): Health => ({
  status: "ok",
  version: "1.0.0",
  deployment: "northwind",
  activeRuns: [],
  log: { size },
  providers: [],
});

const event = (position: number): EventView => ({
  seq: position + 1,
  position,
  type: "run.succeeded",
  version: 1,
  at: "2026-11-21T08:00:00.000Z",
  actor: { kind: "system", id: "driver" },
  data: {},
  hash: "a".repeat(64),
  hasPayload: false,
});

async function open(answers: ApiResult<Health>[]) {
  const line = createFakeLine();
  let asked = 0;
  const feed = createLogFeed({
    ...line,
    health: () => {
      const answer = answers[Math.min(asked, answers.length - 1)];
      asked += 1;
      return Promise.resolve(answer ?? { ok: true, value: health(0) });
    },
    urlFrom: (position) => `ws://server/${position}`,
  });
  await feed.started();
  return {
    line,
    feed,
    say: (position: number) => {
      line.socket().say({ type: "event", runId: "run_1", event: event(position) });
    },
  };
}

const down: ApiResult<Health> = { ok: false, failure: { code: "unreachable", message: "away", status: 0 } };

describe("createLogFeed", () => {
  it("follows the log from where it stood when the console opened", async () => {
    const { line, feed } = await open([{ ok: true, value: health(41) }]);
    expect(line.socket().url).toBe("ws://server/41");
    expect(feed.health.get()?.deployment).toBe("northwind");
  });

  it("goes on after the last event it has heard, and hears none twice", async () => {
    const { line, feed, say } = await open([{ ok: true, value: health(10) }]);
    const heard: number[] = [];
    feed.subscribe(({ event: one }) => heard.push(one.position));
    line.socket().open();
    say(10);
    say(12);
    line.socket().drop();
    line.advance(20_000);
    expect(line.socket().url).toBe("ws://server/13");
    say(12);
    say(13);
    expect(heard).toEqual([10, 12, 13]);
    expect(feed.recent().map((one) => one.event.position)).toEqual([10, 12, 13]);
  });

  it("asks again while the server is away, and tells lists that it is", async () => {
    const { line, feed } = await open([down, down, { ok: true, value: health(3) }]);
    expect(await feed.started()).toEqual(down);
    expect(feed.connection.get().kind).toBe("waiting");
    line.advance(20_000);
    await feed.started();
    line.advance(20_000);
    expect(await feed.started()).toMatchObject({ ok: true });
    expect(line.socket().url).toBe("ws://server/3");
  });

  it("stops when it is closed", async () => {
    const { line, feed } = await open([{ ok: true, value: health(0) }]);
    feed.close();
    line.advance(60_000);
    expect(line.sockets).toHaveLength(1);
    expect(line.socket().isClosed).toBe(true);
  });
});
