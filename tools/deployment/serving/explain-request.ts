import { RequestFault } from "./answer.ts";

/** Explaining takes far longer than scoring, and holds up all other requests meanwhile. */
const MOST_ROWS = 100;

/**
 * Whether a request asks for an explanation of its rows.
 * @throws RequestFault 400 when the switch is no boolean, or for more rows than are explained at a time.
 */
export function wantsExplanation(value: unknown, rowCount: number): boolean {
  if (value === undefined || value === false) return false;
  if (value !== true) throw new RequestFault(400, '"explain" must be true or false.', "explain");
  if (rowCount > MOST_ROWS) {
    throw new RequestFault(
      400,
      `${rowCount} rows were sent with "explain"; send at most ${MOST_ROWS} at a time.`,
      "explain",
    );
  }
  return true;
}
