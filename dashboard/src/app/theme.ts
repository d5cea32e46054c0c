import { createObservable, type Observable } from "../stream/observable.ts";

export type Theme = "system" | "light" | "dark";

export interface ThemeChoice extends Observable<Theme> {
  choose: (theme: Theme) => void;
}

/** Written here, read before the first paint by public/theme.js. */
const KEY = "swarm-theme";

/** The chosen theme, kept in this browser and set on the page. */
export function createThemeChoice(options: {
  storage: Pick<Storage, "getItem" | "setItem" | "removeItem"> | undefined;
  root: Pick<HTMLElement, "dataset">;
}): ThemeChoice {
  const { storage, root } = options;
  const kept = storage?.getItem(KEY);
  const theme = createObservable<Theme>(kept === "light" || kept === "dark" ? kept : "system");
  return {
    get: theme.get,
    subscribe: theme.subscribe,
    choose(next) {
      theme.set(next);
      if (next === "system") {
        delete root.dataset["theme"];
        storage?.removeItem(KEY);
      } else {
        root.dataset["theme"] = next;
        storage?.setItem(KEY, next);
      }
    },
  };
}
