import { describe, expect, it } from "vitest";
import { createWatchedFetch } from "./watched-fetch.ts";

/** A body of pieces that are made only when somebody reads. */
function bodyOf(pieces: string[], broken = false) {
  let made = 0;
  return {
    made: () => made,
    body: new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          const piece = pieces[made];
          made += 1;
          if (piece !== undefined) controller.enqueue(new TextEncoder().encode(piece));
          else if (broken) controller.error(new Error("cut"));
          else controller.close();
        },
      },
      { highWaterMark: 0 },
    ),
  };
}

function watch(pieces: string[], broken = false) {
  let touched = 0;
  const source = bodyOf(pieces, broken);
  const watched = createWatchedFetch(
    () => Promise.resolve(new Response(source.body, { status: 201, headers: { a: "b" } })),
    () => {
      touched += 1;
    },
  );
  return { ...source, watched, touched: () => touched };
}

describe("createWatchedFetch", () => {
  it("hands status, headers and body through, and tells of every piece", async () => {
    const { watched, touched } = watch(["a", "b"]);
    const response = await watched.fetch("http://x");
    expect([response.status, response.headers.get("a"), await response.text()]).toEqual([201, "b", "ab"]);
    expect(touched()).toBe(2);
    await watched.ended();
  });

  it("reads on to the end when its reader has enough", async () => {
    const { watched, touched } = watch(["a", "b", "c"]);
    const reader = (await watched.fetch("http://x")).body?.getReader();
    await reader?.read();
    await reader?.cancel();
    await watched.ended();
    expect(touched()).toBe(3);
  });

  it("breaks where the body breaks, and has ended then", async () => {
    const { watched } = watch(["a"], true);
    await expect((await watched.fetch("http://x")).text()).rejects.toThrow("cut");
    await watched.ended();
  });

  it("reads nothing ahead of its reader", async () => {
    const { watched, made } = watch(["a", "b", "c"]);
    const reader = (await watched.fetch("http://x")).body?.getReader();
    await reader?.read();
    expect(made()).toBe(1);
  });

  it("passes answers without a body on", async () => {
    const watched = createWatchedFetch(
      () => Promise.resolve(new Response(null, { status: 204 })),
      () => {},
    );
    expect((await watched.fetch("http://x")).status).toBe(204);
    await watched.ended();
  });
});
