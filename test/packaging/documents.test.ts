import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { type Browser, chromium } from "@playwright/test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exportAuditReport } from "#tools/compliance/export-audit-report.ts";
import { generateModelCard } from "#tools/compliance/generate-model-card.ts";
import { createSampleRun } from "#tools/compliance/sample-run.testing.ts";
import { hasOutsideTool, runOutside } from "./outside-tool.ts";
import { createRunFolder, type RunFolder } from "./run-folder.ts";

const BROWSER = "/usr/bin/chromium";
const hasPoppler = await hasOutsideTool("pdftotext", ["-v"], "apt-get install poppler-utils");
const hasOpenssl = await hasOutsideTool("openssl", ["version"], "apt-get install openssl");
const hasSums = await hasOutsideTool("sha256sum", ["--version"], "apt-get install coreutils");
const hasBrowser = await hasOutsideTool(BROWSER, ["--version"], "apt-get install chromium");

let folder: RunFolder;

beforeAll(async () => {
  const { context, model, run } = await createSampleRun();
  folder = await createRunFolder({ run });
  // The run folder holds what earlier steps made, under the names that they gave it.
  for (const artifact of run.artifacts) {
    const { name, kind, mediaType, inputs } = artifact;
    const content = await context.artifacts.read(artifact.sha256);
    await folder.context.artifacts.put({ name, kind, mediaType, content, inputs });
  }
  const made = folder.context.kept.length;
  expect((await generateModelCard.run(generateModelCard.input.parse({ model }), folder.context)).ok).toBe(
    true,
  );
  run.artifacts.push(...folder.context.kept.slice(made));
  expect((await exportAuditReport.run({}, folder.context)).ok).toBe(true);
});
afterAll(() => folder.remove());

describe("the audit report", () => {
  const report = () => join(folder.path, "audit_report.pdf");

  it.skipIf(!hasPoppler)(
    "is a tagged PDF with a title, fixed dates and bookmarks' worth of pages",
    async () => {
      const { stdout, stderr } = await runOutside("pdfinfo", ["-isodates", report()]);
      expect(stderr).toBe("");
      expect(stdout).toMatch(/^Title: +Audit report$/m);
      expect(stdout).toMatch(/^Tagged: +yes$/m);
      expect(stdout).toMatch(/^CreationDate: +2026-01-01T00:00:00/m);
      expect(stdout).toMatch(/^ModDate: +2026-01-01T00:00:00/m);
      expect(Number(/^File size: +(\d+)/m.exec(stdout)?.[1])).toBeLessThan(500_000);
    },
  );

  it.skipIf(!hasPoppler)("holds the words and findings of every picture as text", async () => {
    const { stdout } = await runOutside("pdftotext", [report(), "-"]);
    const text = stdout.replaceAll(/\s+/g, " ");
    for (const words of [
      "ROC curve",
      "false positive rate (share of the others flagged)",
      "AUC is 0.8064 (95 % interval 0.7900 to 0.8200)",
      "perfect calibration",
      "Selection rate by group of sex",
      "male (2,194)",
      "population stability index",
      "income: older and newer rows",
      "contribution to yes (log-odds)",
    ])
      expect(text).toContain(words);
  });

  it.skipIf(!hasPoppler)("has a structure that a reader for the blind can walk", async () => {
    const { stdout, stderr } = await runOutside("pdfinfo", ["-struct-text", report()]);
    expect(stderr).toBe("");
    for (const tag of ["Document", "H1", "H2", "H3", "Table", "TR", "TH", "TD", "Figure", "LBody"]) {
      expect(stdout).toMatch(new RegExp(`^\\s*${tag}\\b`, "m"));
    }
  });

  it.skipIf(!hasPoppler)("says in readable text what the records say", async () => {
    const { stdout } = await runOutside("pdftotext", ["-layout", report(), "-"]);
    const text = stdout.replaceAll(/\s+/g, " ");
    for (const said of [
      "run_01JSAMPLE00000000000000001",
      "WAITING FOR APPROVAL",
      "AUC 0.8064",
      "Fairness passed.",
      "the limit is 0.1.",
      "Drift is moderate",
      "the checkpoint approve_deployment of the workflow",
      "3d".repeat(32),
      "zazólc@example.org (user, reviewer)",
      "egress: egress-",
      "algorithm_researcher",
      "openssl pkeyutl -verify -pubin",
      "Model card: default (binary)",
      "About the letters in this document",
    ]) {
      expect(text).toContain(said);
    }
  });

  it.skipIf(!hasSums || !hasPoppler)(
    "prints on its cover the digest that sha256sum computes again",
    async () => {
      const checked = await runOutside("sha256sum", ["-c", "audit_bundle.sha256"], { cwd: folder.path });
      expect(checked.code).toBe(0);
      const { stdout } = await runOutside("sha256sum", ["audit_bundle.sha256"], { cwd: folder.path });
      const cover = await runOutside("pdftotext", ["-l", "1", "-layout", report(), "-"]);
      expect(cover.stdout).toContain(stdout.slice(0, 64));
      const metrics = join(folder.path, "metrics.json");
      const bytes = await readFile(metrics);
      await writeFile(metrics, `${bytes.toString()} `);
      const broken = await runOutside("sha256sum", ["-c", "audit_bundle.sha256"], { cwd: folder.path });
      await writeFile(metrics, bytes);
      expect(broken.code).not.toBe(0);
      expect(broken.stdout).toContain("metrics.json: FAILED");
    },
  );

  it.skipIf(!hasOpenssl)("is verified by openssl, and no other bytes are", async () => {
    const verify = (file: string) =>
      runOutside(
        "openssl",
        ["pkeyutl", "-verify", "-pubin", "-inkey", "signing-key.pem", "-rawin", "-in", file].concat([
          "-sigfile",
          "audit_report.pdf.sig",
        ]),
        { cwd: folder.path },
      );
    expect((await verify("audit_report.pdf")).stdout).toContain("Signature Verified Successfully");
    const bytes = await readFile(report());
    for (let at = 0; at < bytes.length; at += Math.ceil(bytes.length / 8)) {
      const flipped = Uint8Array.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ 1;
      await writeFile(join(folder.path, "flipped.pdf"), flipped);
      expect((await verify("flipped.pdf")).code).not.toBe(0);
    }
  });
});

describe.skipIf(!hasBrowser)("the model card in a browser", () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: BROWSER,
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
  });
  afterAll(() => browser.close());

  it.each(["light", "dark"] as const)(
    "is readable for all in the %s scheme, and asks nobody for anything",
    async (colorScheme) => {
      // axe is a script, and the card's own policy allows none.
      const context = await browser.newContext({
        colorScheme,
        bypassCSP: true,
        viewport: { width: 1000, height: 900 },
      });
      const page = await context.newPage();
      const requests: string[] = [];
      const faults: string[] = [];
      page.on("request", (request) => requests.push(request.url()));
      page.on("console", (message) => faults.push(message.text()));
      page.on("pageerror", (error) => faults.push(error.message));
      await page.goto(`file://${join(folder.path, "model_card.html")}`);
      expect(await page.locator("svg[role=img]").count()).toBe(12);
      expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
      expect(requests).toHaveLength(1);
      expect(faults).toEqual([]);
      await context.close();
    },
  );

  it("fits a narrow screen without scrolling sideways", async () => {
    const context = await browser.newContext({ viewport: { width: 360, height: 740 } });
    const page = await context.newPage();
    await page.goto(`file://${join(folder.path, "model_card.html")}`);
    const overflow = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth");
    expect(overflow).toBeLessThanOrEqual(0);
    await context.close();
  });

  it("has pictures beside it that a browser reads as they stand, in the colours of its scheme", async () => {
    const files = folder.context.kept.filter(({ name }) => name.startsWith("pictures/"));
    expect(files.length).toBe(12);
    for (const [colorScheme, ground] of [
      ["light", "rgb(255, 255, 255)"],
      ["dark", "rgb(18, 23, 29)"],
    ] as const) {
      const context = await browser.newContext({ colorScheme });
      const page = await context.newPage();
      for (const { name } of files) {
        await page.goto(`file://${join(folder.path, name)}`);
        // A file that is no XML is shown as a page that says so.
        expect(await page.evaluate("document.documentElement.localName"), name).toBe("svg");
        expect(await page.evaluate("document.querySelectorAll('parsererror').length"), name).toBe(0);
        expect(await page.evaluate("getComputedStyle(document.querySelector('rect')).fill"), name).toBe(
          ground,
        );
        expect(await page.evaluate(OUTSIDE), name).toEqual([]);
      }
      await context.close();
    }
  });
});

/** Texts of a picture that leave its page, in the browser's own measure. */
const OUTSIDE = `(() => {
  const box = document.documentElement.viewBox.baseVal;
  const page = document.documentElement.getBoundingClientRect();
  return [...document.querySelectorAll("text")].filter((text) => {
    const { left, right, top, bottom } = text.getBoundingClientRect();
    return left < page.left - 0.5 || right > page.right + 0.5 || top < page.top - 0.5 || bottom > page.bottom + 0.5;
  }).map((text) => text.textContent + " of " + box.width);
})()`;
