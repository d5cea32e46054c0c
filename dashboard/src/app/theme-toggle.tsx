import { createContext, useContext } from "react";
import { IconButton } from "../components/button.tsx";
import type { IconName } from "../components/icon.tsx";
import { useObservable } from "./services.tsx";
import { createThemeChoice, type Theme, type ThemeChoice } from "./theme.ts";

const ThemeContext = createContext<ThemeChoice>(
  createThemeChoice({ storage: undefined, root: { dataset: {} } }),
);
export const ThemeProvider = ThemeContext.Provider;

export const useThemeChoice = (): ThemeChoice => useContext(ThemeContext);

const steps: Record<Theme, { icon: IconName; label: string; next: Theme }> = {
  system: { icon: "system", label: "Theme: as the system. Switch to light", next: "light" },
  light: { icon: "sun", label: "Theme: light. Switch to dark", next: "dark" },
  dark: { icon: "moon", label: "Theme: dark. Switch to the system's", next: "system" },
};

/** Goes round between the system's theme, light and dark. */
export function ThemeToggle() {
  const choice = useThemeChoice();
  const { icon, label, next } = steps[useObservable(choice)];
  return (
    <IconButton
      icon={icon}
      label={label}
      onClick={() => {
        choice.choose(next);
      }}
    />
  );
}
