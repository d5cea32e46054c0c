import { mkdir } from "node:fs/promises";
import { chromium, type Page } from "@playwright/test";

/**
 * Takes pictures of every page against a running server, light and dark, wide and narrow, and fails on anything that
 * the browser's console complains of: `node dashboard/dev/take-screenshots.ts URL FOLDER [NAME]`.
 */
const [, , base = "http://127.0.0.1:8000", folder = "/tmp/console", only = ""] = process.argv;

const runs = (await (await fetch(`${base}/api/v1/pipelines`)).json()) as {
  items: { runId: string; status: string; artifacts: number }[];
};
const runOf = (status: string): string | undefined => runs.items.find((run) => run.status === status)?.runId;
const done = runOf("succeeded") ?? "none";
const waiting = runOf("waiting") ?? done;

const pages: Record<string, { path: string; act?: (page: Page) => Promise<void> }> = {
  runs: { path: "/" },
  start: { path: "/runs/new" },
  "run-activity": { path: `/runs/${done}` },
  "run-waiting": { path: `/runs/${waiting}` },
  "run-timeline": { path: `/runs/${done}?tab=timeline` },
  "run-results": { path: `/runs/${done}?tab=results` },
  "run-artifacts": { path: `/runs/${done}?tab=artifacts` },
  "run-gates": { path: `/runs/${done}?tab=gates` },
  "run-events": {
    path: `/runs/${done}?tab=events`,
    act: async (page) => {
      await page.getByRole("option").nth(7).click();
    },
  },
  "run-cost": { path: `/runs/${done}?tab=cost` },
  "run-failed": { path: `/runs/${runOf("failed") ?? done}` },
  gates: { path: "/gates" },
  agents: { path: "/agents" },
  tools: { path: "/tools?tool=fairness_audit" },
};

await mkdir(folder, { recursive: true });
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
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
let complaints = 0;
for (const [look, viewport] of [
  ["wide", { width: 1440, height: 900 }],
  ["narrow", { width: 390, height: 844 }],
] as const) {
  for (const theme of ["light", "dark"] as const) {
    const context = await browser.newContext({ viewport, colorScheme: theme });
    const page = await context.newPage();
    page.on("console", (message) => {
      if (message.type() !== "error" && message.type() !== "warning") return;
      complaints += 1;
      console.log(`${page.url()}: ${message.text()}`);
    });
    page.on("pageerror", (error) => {
      complaints += 1;
      console.log(`${page.url()}: ${error.message}`);
    });
    for (const [name, { path, act }] of Object.entries(pages)) {
      if (only !== "" && !name.includes(only)) continue;
      await page.goto(`${base}${path}`);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.waitForTimeout(700);
      await act?.(page);
      await page.waitForTimeout(250);
      await page.screenshot({ path: `${folder}/${name}-${look}-${theme}.png`, fullPage: look === "narrow" });
    }
    await context.close();
  }
}
await browser.close();
process.exitCode = complaints === 0 ? 0 : 1;
