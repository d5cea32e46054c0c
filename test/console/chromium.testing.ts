import { existsSync } from "node:fs";
import { type Browser, chromium } from "@playwright/test";

const places = [
  process.env["CHROMIUM_PATH"],
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];

/**
 * Where a Chromium is, or undefined, said loudly; in CI it throws, because there a missing browser is a broken
 * installation.
 */
export function findChromium(): string | undefined {
  const found = places.find((path) => path !== undefined && existsSync(path));
  if (found !== undefined) return found;
  const message = "the console's tests need Chromium: install it, or name it in CHROMIUM_PATH";
  if (process.env["CI"] !== undefined) throw new Error(message);
  console.warn(`SKIPPED: ${message}`);
  return undefined;
}

/** A real Chromium that speaks to nobody but the page's own server. */
export const launchChromium = (executablePath: string): Promise<Browser> =>
  chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
