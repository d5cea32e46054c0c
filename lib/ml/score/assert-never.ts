/** Ends a switch over a union; the compiler refuses the call while a case is unhandled. */
export function assertNever(value: never): never {
  throw new TypeError(`Unhandled case: ${JSON.stringify(value)}`);
}
