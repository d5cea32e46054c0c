/** A value that can be watched: what React's useSyncExternalStore asks for, and nothing more. */
export interface Observable<Value> {
  get: () => Value;
  subscribe: (listener: () => void) => () => void;
}

export interface WritableObservable<Value> extends Observable<Value> {
  set: (value: Value) => void;
}

export function createObservable<Value>(first: Value): WritableObservable<Value> {
  let value = first;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}
