import { requireInRange } from "../parameter-range.ts";

export interface ProposedState<State extends string> {
  /** The window's name. */
  readonly name: string;
  readonly state: State;
  /** False when the window cannot carry a decision, for instance with too few rows. */
  readonly isConfident: boolean;
}

export interface HeldState<State extends string> {
  readonly name: string;
  /** The state after this window. */
  readonly state: State;
  /** How many windows in a row, this one included, have stood on the same side of the state before. */
  readonly heldFor: number;
  /** `change`: the state changed here. `ask-person`: it would have, but not every window could carry it. */
  readonly action: "none" | "change" | "ask-person";
}

export interface HoldOptions<State extends string> {
  /** All states by rising severity. */
  readonly order: readonly State[];
  readonly initial: State;
  /** Windows in a row that a condition must hold before the state changes. */
  readonly holdFor: number;
}

/**
 * The state after each window. It rises when as many windows in a row as configured were all worse than it, to the
 * mildest of them, and falls likewise to the worst of them; one window of noise changes nothing. When one of those
 * windows was not confident, the state stays and a person is asked.
 * @throws MlError bad-argument when `holdFor` is no whole number from 1 to 1000.
 */
export function holdStates<State extends string>(
  windows: readonly ProposedState<State>[],
  { order, initial, holdFor }: HoldOptions<State>,
): HeldState<State>[] {
  requireInRange("holdFor", holdFor, { from: 1, to: 1000, isInteger: true });
  let state = initial;
  let run: ProposedState<State>[] = [];
  const sideOf = (proposed: State): number => Math.sign(order.indexOf(proposed) - order.indexOf(state));
  return windows.map((window): HeldState<State> => {
    const side = sideOf(window.state);
    const previous = run.at(-1);
    const goesOn = previous !== undefined && sideOf(previous.state) === side;
    run = side === 0 ? [] : goesOn ? [...run, window] : [window];
    const heldFor = run.length;
    if (heldFor < holdFor) return { name: window.name, state, heldFor, action: "none" };
    const deciding = run.slice(-holdFor);
    if (deciding.some(({ isConfident }) => !isConfident)) {
      return { name: window.name, state, heldFor, action: "ask-person" };
    }
    const places = deciding.map((one) => order.indexOf(one.state));
    state = order[side > 0 ? Math.min(...places) : Math.max(...places)] ?? state;
    run = [];
    return { name: window.name, state, heldFor, action: "change" };
  });
}
