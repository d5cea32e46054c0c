import { createPublicKey, verify } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, Page } from "@playwright/test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CONSUMER_CREDIT, consumerCreditCsv } from "#lib/ml/index.ts";
import { createFolders } from "../cli/swarm-process.testing.ts";
import { findChromium, launchChromium } from "./chromium.testing.ts";
import { type ConsoleServer, createConsoleServer } from "./console-server.testing.ts";
import { type Watched, watchPage } from "./watched-page.testing.ts";

const chromium = findChromium();

/** Long enough for a stage of the run on a slow machine; nothing is asserted of how long it takes. */
const STAGE = { timeout: 120_000 };

describe.runIf(chromium !== undefined)("a run in the console", () => {
  const folders = createFolders();
  let home: string;
  let server: ConsoleServer;
  let browser: Browser;
  let page: Page;
  let watched: Watched;

  const lastEvent = async (): Promise<number> => {
    const mark = await page.getByRole("group", { name: "Connection of this run" }).innerText();
    return Number(/event (\d+)/.exec(mark)?.[1]);
  };
  const runMark = (word: string) =>
    page.getByRole("group", { name: "Connection of this run" }).getByText(word, { exact: true });
  const treeLines = () => page.getByRole("tree", { name: "Agents and their work" }).getByRole("treeitem");

  beforeAll(async () => {
    const folder = folders.make("console");
    writeFileSync(join(folder, "credit.csv"), consumerCreditCsv({ rowCount: 6000 }));
    home = join(folder, "home");
    server = await createConsoleServer(home);
    await server.start();
    browser = await launchChromium(chromium ?? "");
    page = await (await browser.newContext({ viewport: { width: 1440, height: 1000 } })).newPage();
    watched = watchPage(page);
    await page.goto(`${server.url}/runs/new`);
    await page.getByLabel("Data file").setInputFiles(join(folder, "credit.csv"));
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    folders.removeAll();
  });

  it("starts from a file and a sentence", async () => {
    await page.getByLabel("Problem statement").fill("Predict who will default on a consumer credit.");
    await page.getByLabel("Target column").selectOption(CONSUMER_CREDIT.target);
    await page.getByLabel("Time column").selectOption(CONSUMER_CREDIT.timeColumn);
    for (const name of CONSUMER_CREDIT.protectedAttributes)
      await page.getByRole("checkbox", { name, exact: true }).check();
    await page.getByRole("button", { name: "Start the run" }).click();
    await page.waitForURL(/\/runs\/run_/);
  });

  it("shows its agents at work while they work, without a reload", async () => {
    const director = page.getByRole("treeitem", { name: /ml_director/ }).first();
    await director.waitFor(STAGE);
    const before = await treeLines().count();
    await page
      .getByRole("treeitem", { name: /split_train_test/ })
      .first()
      .waitFor(STAGE);
    expect(await treeLines().count()).toBeGreaterThan(before);
    expect(watched.loads).toBe(1);
  });

  it("goes on from the same event after the server was killed and started again", async () => {
    await server.kill();
    await runMark("Reconnecting").waitFor(STAGE);
    const seen = await lastEvent();
    await server.start();
    await runMark("Live").waitFor(STAGE);
    await expect.poll(lastEvent, STAGE).toBeGreaterThan(seen);
    expect(watched.loads).toBe(1);
    expect(watched.runSockets.at(-1)?.searchParams.get("after")).toBe(String(seen));
  });

  it("stops at a gate, and its views are filled while the run is not over", async () => {
    await page.getByRole("group", { name: "Open gates" }).getByLabel("Comment").waitFor(STAGE);
    const panel = page.getByRole("tabpanel");
    const open = (name: string) => page.getByRole("tab", { name: new RegExp(`^${name}`) }).click();
    await open("Timeline");
    await panel.locator("[data-span]").first().waitFor(STAGE);
    expect(await panel.locator("[data-span]").count()).toBeGreaterThan(20);
    await open("Events");
    await panel.getByRole("option").first().waitFor(STAGE);
    await open("Cost");
    await panel.getByText("ml_director").first().waitFor(STAGE);
    await open("Activity");
    await page
      .getByRole("treeitem", { name: /data_profiler/ })
      .first()
      .click();
    await page
      .getByRole("article", { name: /^Message of/ })
      .first()
      .waitFor(STAGE);
    expect(await page.getByRole("article", { name: /^Message of/ }).count()).toBeGreaterThan(1);
  });

  it("approves gates, each with the exact input, there", async () => {
    // Drift of the last month comes first; then, after documentation, the deploy gate.
    await approve(/data/i);
    await approve(/deploy/i);
    await page.getByText("Succeeded", { exact: true }).first().waitFor(STAGE);
    expect(watched.loads).toBe(1);
  });

  /** Approves the one open gate, which must be of the kind, and waits until it has gone. */
  async function approve(kind: RegExp): Promise<void> {
    const gates = page.getByRole("group", { name: "Open gates" });
    await gates.getByRole("button", { name: "Approve", exact: true }).waitFor(STAGE);
    const text = await gates.innerText();
    expect(text).toMatch(kind);
    expect(text).toMatch(/[0-9a-f]{10}…/);
    await gates.getByLabel("Comment").fill("looked at metrics, fairness and drift");
    await gates.getByRole("button", { name: "Approve", exact: true }).click();
    await gates
      .getByText(text.slice(0, 40))
      .first()
      .waitFor({ state: "hidden", ...STAGE });
  }

  it("received every event once and in order, over both lives of the server", async () => {
    const last = await lastEvent();
    expect(watched.seqs).toEqual(Array.from({ length: last }, (_, index) => index + 1));
  });

  it("asks nothing of the server while nothing happens", async () => {
    const asked = watched.requests.length;
    await page.waitForTimeout(4000);
    expect(watched.requests.slice(asked)).toEqual([]);
  });

  it("shows metrics, fairness and links to artifacts that download what they say", async () => {
    await page.getByRole("tab", { name: "Results" }).click();
    await page.getByText(/AUC/i).first().waitFor(STAGE);
    await page.getByRole("tab", { name: /Artifacts/ }).click();
    const link = page.getByRole("link", { name: /model_card\.md/ }).first();
    await link.waitFor(STAGE);
    const address = new URL((await link.getAttribute("href")) ?? "", server.url);
    const got = await page.request.get(address.href);
    expect(got.status()).toBe(200);
    expect(await got.text()).toMatch(/^# /m);
  });

  it("hands out the signed report as it lies in the run's folder, byte for byte", async () => {
    const link = page.getByRole("link", { name: /audit_report\.pdf$/ }).first();
    const address = new URL((await link.getAttribute("href")) ?? "", server.url);
    const got = await page.request.get(address.href);
    const runId = /run_[A-Za-z0-9]+/.exec(page.url())?.[0] ?? "";
    const folder = join(home, "runs", runId);
    const report = readFileSync(join(folder, "audit_report.pdf"));
    expect((await got.body()).equals(report)).toBe(true);
    const key = createPublicKey(readFileSync(join(folder, "signing-key.pem")));
    expect(verify(null, report, key, readFileSync(join(folder, "audit_report.pdf.sig")))).toBe(true);
  });

  it("leads back to the list by its breadcrumb, without a reload", async () => {
    const url = page.url();
    const crumb = page.getByRole("navigation", { name: "Breadcrumb" });
    await crumb.getByRole("link", { name: "Runs" }).click();
    await page
      .getByRole("link", { name: /default on a consumer credit/ })
      .first()
      .waitFor(STAGE);
    await page.goBack();
    await page.waitForURL(url);
    expect(watched.loads).toBe(1);
  });

  it("has no barrier that axe finds, in either scheme, on any tab", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      for (const tab of ["Activity", "Timeline", "Results", "Artifacts", "Gates", "Events", "Cost"]) {
        await page.getByRole("tab", { name: new RegExp(`^${tab}`) }).click();
        await page.waitForTimeout(300);
        expect(await barriersOf(page), `${tab}, ${colorScheme}`).toEqual([]);
      }
    }
  });

  it("has none on its other pages, on a telephone, and none of them scrolls sideways", async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    for (const path of ["/", "/runs/new", "/gates", "/agents", "/tools", "/nowhere"]) {
      await page.goto(server.url + path);
      await page.getByRole("heading", { level: 1 }).waitFor(STAGE);
      await page.waitForTimeout(300);
      expect(await barriersOf(page), path).toEqual([]);
      const width = await page.locator("html").evaluate((root) => root.scrollWidth);
      expect(width, path).toBeLessThanOrEqual(390);
    }
  });

  it("threw no error and asked for nothing that its content policy forbids", () => {
    expect(watched.errors).toEqual([]);
  });
});

/** What axe objects to on the page as it is now: rule and first place. */
async function barriersOf(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    .analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ""}`);
}
