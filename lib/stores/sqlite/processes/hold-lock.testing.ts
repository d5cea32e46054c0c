/** Holds the lock of a new database for a moment, as a process does that is just making it. */
import { parentPort, workerData } from "node:worker_threads";
import Database from "better-sqlite3";

const database = new Database(String(workerData));
database.exec("BEGIN IMMEDIATE");
parentPort?.postMessage("held", []);
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
database.exec("ROLLBACK");
database.close();
