/** Ends a switch over a union: reaching it means that the value was read by a schema that its reader does not know. */
export function assertNever(value: never, where: string): never {
  throw new Error(`${where}: no case for ${JSON.stringify(value)}`);
}
