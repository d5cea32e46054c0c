import { describe, expect, it } from "vitest";
import { backoffMs } from "./backoff.ts";
import { createFakeLine } from "./fake-line.testing.ts";
import { createResumingSocket, type SocketStatus } from "./resuming-socket.ts";

function open() {
  const line = createFakeLine();
  const heard: string[] = [];
  const statuses: SocketStatus["kind"][] = [];
  let after = 0;
  const socket = createResumingSocket({
    ...line,
    url: () => `ws://server/?after=${after}`,
    onMessage: (text) => heard.push(text),
    onStatus: (status) => statuses.push(status.kind),
  });
  return {
    line,
    heard,
    statuses,
    socket,
    seen: (seq: number) => {
      after = seq;
    },
  };
}

describe("createResumingSocket", () => {
  it("connects again by itself, at the address that is right by then", () => {
    const { line, seen } = open();
    line.socket().open();
    seen(7);
    line.socket().drop();
    expect(line.sockets).toHaveLength(1);
    line.advance(15_000);
    expect(line.sockets.map((socket) => socket.url)).toEqual([
      "ws://server/?after=0",
      "ws://server/?after=7",
    ]);
  });

  it("waits longer after every try that failed, and short again once a message came", () => {
    const { line } = open();
    const waits: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      const before = line.now();
      const count = line.sockets.length;
      line.socket().drop();
      while (line.sockets.length === count) line.advance(25);
      waits.push(line.now() - before);
    }
    expect(waits).toEqual(waits.toSorted((left, right) => left - right));
    expect(waits.at(-1)).toBeGreaterThan(2000);
    line.socket().open();
    line.socket().say("hello");
    line.socket().drop();
    line.advance(500);
    expect(line.sockets).toHaveLength(6);
  });

  it("counts a server that accepts and drops at once as failing", () => {
    const { line } = open();
    for (let round = 0; round < 8; round += 1) {
      line.socket().open();
      line.socket().drop();
      line.advance(15_000);
    }
    line.socket().open();
    line.socket().drop();
    line.advance(5000);
    expect(line.sockets).toHaveLength(9);
  });

  it("ignores what a socket says after it was given up", () => {
    const { line, heard } = open();
    const first = line.socket();
    first.open();
    first.drop();
    line.advance(15_000);
    first.say("late");
    line.socket().say("new");
    expect(heard).toEqual(['"new"']);
  });

  it("tells how it stands, and when it will try again", () => {
    const { line, statuses } = open();
    line.socket().open();
    line.socket().drop();
    line.advance(15_000);
    line.socket().open();
    expect(statuses).toEqual(["connecting", "open", "waiting", "connecting", "open"]);
  });

  it("tries at once when asked, and only once", () => {
    const { line, socket } = open();
    line.socket().drop();
    socket.retryNow();
    socket.retryNow();
    line.advance(60_000);
    expect(line.sockets).toHaveLength(2);
  });

  it("stays closed after it was closed, even while waiting", () => {
    const { line, socket } = open();
    line.socket().drop();
    socket.close();
    line.advance(60_000);
    expect(line.sockets).toHaveLength(1);
    const other = open();
    other.line.socket().open();
    other.socket.close();
    other.line.advance(60_000);
    expect(other.line.sockets).toHaveLength(1);
    expect(other.line.socket().isClosed).toBe(true);
  });
});

describe("backoffMs", () => {
  it("doubles from half a second to fifteen, half of it by chance", () => {
    expect([0, 1, 2, 3, 20].map((tries) => backoffMs(tries, () => 1))).toEqual([
      500, 1000, 2000, 4000, 15_000,
    ]);
    expect(backoffMs(0, () => 0)).toBe(250);
  });
});
