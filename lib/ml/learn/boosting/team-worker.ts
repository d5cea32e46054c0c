import { workerData } from "node:worker_threads";
import { helpTeam, type TeamWorkerData } from "./team.ts";

/** The entry of a helper thread; createTeam starts it with a TeamWorkerData. */
helpTeam(workerData as TeamWorkerData);
