/**
 * Commits in a loop until it is killed, and prints after each answer how many events are certain: for the tests that
 * kill it, and for those that watch several of it work on one home. Arguments: home, name, how many rounds at most.
 */
import { append, note, runStream, valueOf } from "#core/testing/conformance/stores/sample-events.ts";
import { openRealStores } from "./open-real-stores.testing.ts";

const [, , home = "", name = "", limit = "1000000"] = process.argv;
const stores = openRealStores(home);
const content = new TextEncoder().encode(name.repeat(50));
for (let round = 1; round <= Number(limit); round += 1) {
  const results = await Promise.all([
    stores.log.commit(append(runStream(1), [note({ name, round, status: "shared" })])),
    stores.log.commit(
      append(runStream(round % 7), [
        note({ name, round, part: 1 }, { mediaType: "text/plain", bytes: content }),
        note({ name, round, part: 2 }),
      ]),
    ),
    stores.log.commit(append(runStream(2), [note({ name, round, refused: true })], { expectedSeq: -1 })),
    stores.log.commit(
      append(runStream(3), [note({ name, round, remove: round % 3 === 0 })], {
        durability: round % 5 === 0 ? "full" : "batched",
        outbox: [{ topic: name, body: { round } }],
      }),
    ),
  ]);
  for (const result of [results[0], results[1], results[3]]) if (result !== undefined) valueOf(result);
  process.stdout.write(`${round}\n`);
}
await stores.close();
