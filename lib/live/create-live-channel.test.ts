import { describe, expect, it } from "vitest";
import { RunId } from "#core/contract/ids.ts";
import type { LiveUpdate } from "#core/contract/live-channel.ts";
import { createLiveChannel } from "./create-live-channel.ts";

const run = RunId.parse("run_00000000000000000001");
const other = RunId.parse("run_00000000000000000002");
const update = { type: "text-delta", text: "a" } as unknown as LiveUpdate; // passed on unread

describe("the live channel", () => {
  it("tells every listener of a run and nobody of another", () => {
    const channel = createLiveChannel();
    const heard: string[] = [];
    channel.subscribe(run, () => heard.push("first"));
    channel.subscribe(run, () => heard.push("second"));
    channel.subscribe(other, () => heard.push("other"));
    channel.publish(run, update);
    expect(heard).toEqual(["first", "second"]);
  });

  it("tells nobody who has unsubscribed", () => {
    const channel = createLiveChannel();
    const heard: LiveUpdate[] = [];
    const unsubscribe = channel.subscribe(run, (one) => heard.push(one));
    channel.publish(run, update);
    unsubscribe();
    channel.publish(run, update);
    expect(heard).toEqual([update]);
  });

  it("drops a listener that throws, and neither the run nor the others notice", () => {
    const channel = createLiveChannel();
    let thrown = 0;
    let heard = 0;
    channel.subscribe(run, () => {
      thrown += 1;
      throw new Error("the socket is gone");
    });
    channel.subscribe(run, () => (heard += 1));
    channel.publish(run, update);
    channel.publish(run, update);
    expect({ thrown, heard }).toEqual({ thrown: 1, heard: 2 });
  });
});
