/** Commits and keeps artifacts until neither can be written, and prints how that was told. */
import { FailureError } from "#core/contract/failure.ts";
import { append, note, runStream } from "#core/testing/conformance/stores/sample-events.ts";
import { openRealStores } from "./open-real-stores.testing.ts";

const stores = openRealStores(process.argv[2] ?? "");
const payload = { mediaType: "application/octet-stream", bytes: new Uint8Array(100_000) };
let committed = 0;
let failure: unknown;
while (failure === undefined && committed < 100) {
  const result = await stores.log.commit(append(runStream(1), [note({}, payload)]));
  if (result.ok) committed += 1;
  else failure = result.failure;
}
const artifact = await stores.artifacts.put(new Uint8Array(3_000_000)).catch((thrown: unknown) => {
  if (thrown instanceof FailureError) return thrown.failure;
  throw thrown;
});
process.stdout.write(JSON.stringify({ committed, failure, artifact }));
