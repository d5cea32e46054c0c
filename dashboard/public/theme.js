// Runs before the first paint, so that a chosen theme never flashes. The choice is written by src/app/theme.ts.
(() => {
  try {
    const chosen = localStorage.getItem("swarm-theme");
    if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
  } catch {
    // Storage is switched off: the system's theme it is.
  }
})();
