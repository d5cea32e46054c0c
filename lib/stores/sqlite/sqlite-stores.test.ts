import { describeStores } from "#core/testing/conformance/stores/describe-stores.ts";
import { sqliteAdapter } from "./sqlite-adapter.testing.ts";

describeStores(sqliteAdapter);
