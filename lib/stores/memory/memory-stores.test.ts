import { describeStores } from "#core/testing/conformance/stores/describe-stores.ts";
import { memoryAdapter } from "./memory-adapter.testing.ts";

describeStores(memoryAdapter);
