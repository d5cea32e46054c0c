import { chromium } from "@playwright/test";
import { AxeBuilder } from "@axe-core/playwright";
const base = "http://127.0.0.1:8123";
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});
const runs = (await (await fetch(base + "/api/v1/pipelines")).json()) as any;
const done = runs.items.find((r: any) => r.status === "succeeded").runId,
  waiting = runs.items.find((r: any) => r.status === "waiting").runId;
for (const [scheme, viewport] of [
  ["dark", { width: 1440, height: 900 }],
  ["dark", { width: 390, height: 844 }],
  ["light", { width: 390, height: 844 }],
] as const) {
  const context = await browser.newContext({ colorScheme: scheme, viewport });
  const page = await context.newPage();
  const axe = async (name: string) => {
    const r = await new AxeBuilder({ page })
      .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
      .analyze();
    for (const v of r.violations)
      console.log(
        "AXE",
        scheme,
        viewport.width,
        name,
        v.id,
        v.impact,
        v.nodes.length,
        v.nodes[0]?.html.slice(0, 160),
        v.nodes[0]?.failureSummary?.slice(0, 300),
      );
  };
  for (const path of [
    "/",
    "/runs/new",
    "/gates",
    "/agents",
    "/tools?tool=fairness_audit",
    `/runs/${waiting}`,
    ...["activity", "timeline", "results", "artifacts", "gates", "events", "cost"].map(
      (t) => `/runs/${done}?tab=${t}`,
    ),
    "/nowhere",
    "/runs/run_doesnotexist1",
  ]) {
    await page.goto(base + path);
    await page.waitForTimeout(700);
    if (path.includes("events")) await page.getByRole("option").nth(6).click();
    await axe(path);
  }
  await context.close();
}
// keyboard
const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
page.on("pageerror", (e) => console.log("PAGEERROR", e.message));
await page.goto(base + "/");
await page.waitForTimeout(600);
const focused = () =>
  page.evaluate(() => {
    const e = document.activeElement as HTMLElement;
    return `${e.tagName} ${e.getAttribute("role") ?? ""} ${(e.getAttribute("aria-label") ?? e.innerText ?? "").slice(0, 50).replace(/\n/g, " ")}`;
  });
const trail: string[] = [];
for (let i = 0; i < 14; i++) {
  await page.keyboard.press("Tab");
  trail.push(await focused());
}
console.log(trail.join(" | "));
await page.keyboard.press("Control+k");
await page.waitForTimeout(300);
await page.screenshot({ path: "/tmp/console/k-palette.png" });
await page.keyboard.type("agents");
await page.keyboard.press("Enter");
await page.waitForTimeout(500);
console.log("palette went to", page.url(), await page.title());
await page.goto(`${base}/runs/${done}`);
await page.waitForTimeout(700);
await page.getByRole("treeitem").first().focus();
for (const key of ["ArrowDown", "ArrowDown", "ArrowLeft", "ArrowDown", "ArrowRight", "End", "Home"])
  await page.keyboard.press(key);
await page.keyboard.press("ArrowDown");
await page.keyboard.press("Enter");
await page.waitForTimeout(300);
console.log("tree", await focused(), page.url());
await page.getByRole("tab", { name: "Activity" }).focus();
await page.keyboard.press("ArrowRight");
await page.keyboard.press("Enter");
await page.waitForTimeout(300);
console.log("tab", page.url());
await page.locator("[data-span][tabindex='0']").focus();
for (const key of ["ArrowRight", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown", "+", "+", "ArrowRight"])
  await page.keyboard.press(key);
console.log("span", await focused());
await page.screenshot({ path: "/tmp/console/k-timeline.png" });
await page.keyboard.press("0");
await page.getByRole("tab", { name: /Events/ }).click();
await page.getByRole("listbox", { name: "Events" }).focus();
await page.keyboard.press("End");
await page.waitForTimeout(400);
console.log(
  "events",
  await page.getByRole("region", { name: "Event", exact: true }).getByRole("heading").first().innerText(),
  await page.getByRole("option", { selected: true }).innerText(),
);
await page.screenshot({ path: "/tmp/console/k-events.png" });
// errors in place
await page.goto(base + "/runs/new");
await page.getByRole("button", { name: "Start the run" }).click();
await page.waitForTimeout(200);
await page.screenshot({ path: "/tmp/console/k-errors.png", fullPage: true });
await page
  .getByLabel("Data file")
  .setInputFiles({ name: "empty.csv", mimeType: "text/csv", buffer: Buffer.from("") });
await page.waitForTimeout(400);
console.log("upload:", await page.getByRole("alert").first().innerText());
await page
  .getByLabel("Data file")
  .setInputFiles({ name: "a.csv", mimeType: "text/csv", buffer: Buffer.from("id,b\n1,2\n") });
await page.waitForTimeout(400);
await page.getByLabel("Problem statement").fill("x");
await page.getByLabel("Target column").selectOption("id");
await page.getByRole("button", { name: "Start the run" }).click();
await page.waitForTimeout(400);
console.log("start:", await page.getByRole("alert").last().innerText());
// live list
await page.goto(base + "/");
await page.waitForTimeout(500);
const before = await page.getByRole("row").count();
const seen: string[] = [];
page.on("request", (r) => seen.push(r.url().replace(base, "")));
const up = (await (
  await fetch(base + "/api/v1/datasets?name=x.csv", { method: "POST", body: "a,b\n1,2\n" })
).json()) as any;
const started = (await (
  await fetch(base + "/api/v1/pipelines", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      problemStatement: "Live from elsewhere",
      dataset: { sha256: up.sha256, name: "x.csv" },
      target: "b",
    }),
  })
).json()) as any;
await page.getByRole("link", { name: "Live from elsewhere" }).waitFor({ timeout: 5000 });
await page.waitForTimeout(6000);
console.log(
  "rows",
  before,
  await page.getByRole("row").count(),
  (await page.getByRole("row", { name: /Live from elsewhere/ }).innerText()).replace(/\s+/g, " "),
  "requests",
  seen,
);
await page.goto(`${base}/runs/${started.runId}`);
await page.getByRole("button", { name: "Cancel run" }).click();
await page.waitForTimeout(300);
await page.screenshot({ path: "/tmp/console/k-cancel.png" });
await page.getByRole("button", { name: "Cancel the run" }).click();
await page.getByText("Cancelled").first().waitFor({ timeout: 10000 });
await page.waitForTimeout(500);
await page.screenshot({ path: "/tmp/console/k-cancelled.png" });
await browser.close();
