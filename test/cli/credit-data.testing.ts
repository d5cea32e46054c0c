import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { consumerCreditCsv } from "#lib/ml/index.ts";

/** The demo's data, small: the fairness audit fails first, mitigation mends it, the last month has drifted. */
export function writeCreditData(folder: string, rowCount = 1500): string {
  const path = join(folder, "credit.csv");
  writeFileSync(path, consumerCreditCsv({ seed: 7, rowCount }));
  return path;
}

/** The words that start a run on it. */
export const creditRun = (data: string, ...more: string[]): string[] => [
  "run",
  "Predict who will default on a loan",
  "--data",
  data,
  "--target",
  "defaulted",
  "--protected",
  "sex",
  "--time-column",
  "application_month",
  "--seed",
  "7",
  ...more,
];
