/** Proves what the window is to those who see it otherwise: with the system's few colours, at twice its size, by landmarks and headings. */
import { expect, type Page, test } from "@playwright/test";
import { list, openMain, scene, startMainScene, terminal } from "../support/scripted-gateway/main-page.ts";
import { SCRIPTED_TOKEN, type ScriptedGateway } from "../support/scripted-gateway/scripted-gateway.ts";
import { seriousFindings } from "../support/serious-findings.ts";

let gateway: ScriptedGateway;
test.beforeEach(async () => {
  gateway = await startMainScene();
});
test.afterEach(() => gateway.dispose());

const landmarks = async (page: Page) => ({
  mains: await page.getByRole("main").count(),
  heads: await page.getByRole("heading", { level: 1 }).count(),
});

test("every page has one main landmark and one first heading, which names what is shown", async ({ page }) => {
  await openMain(page, gateway);
  await expect.poll(() => landmarks(page)).toEqual({ mains: 1, heads: 1 });
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("api-refactor");
  await page.setViewportSize({ width: 400, height: 800 });
  await expect(page.getByRole("button", { name: "Activity sheet" })).toBeVisible();
  await expect.poll(() => landmarks(page)).toEqual({ mains: 1, heads: 1 });
  gateway.setScene(scene("first-run"));
  await page.goto(`${gateway.url}/`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Start your first session");
  await expect.poll(() => landmarks(page)).toEqual({ mains: 1, heads: 1 });
});

test("the whole window takes the system's colours when they change, however often it draws meanwhile", async ({
  page,
}) => {
  // Whatever media query the page reads is read all the time, as by a page that never stops drawing.
  await page.addInitScript(() => {
    const asked = new Set<MediaQueryList>();
    const { get } = Object.getOwnPropertyDescriptor(MediaQueryList.prototype, "matches") ?? {};
    Object.defineProperty(MediaQueryList.prototype, "matches", {
      get(this: MediaQueryList) {
        asked.add(this);
        return get?.call(this);
      },
    });
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      for (const list of asked) get?.call(list);
      port2.postMessage(0);
    };
    port2.postMessage(0);
  });
  await openMain(page, gateway);
  const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
  await expect.poll(theme).toBe("dark");
  for (const colorScheme of ["light", "dark", "light"] as const) {
    await page.emulateMedia({ colorScheme });
    await expect.poll(theme).toBe(colorScheme);
  }
});

for (const width of [900, 400]) {
  test.describe(`at ${width} px`, () => {
    test.use({ viewport: { width, height: 800 }, hasTouch: width === 400 });
    test("what is written on a button is part of what it is called", async ({ page }) => {
      await page.addInitScript((token) => localStorage.setItem("signalbox.token", token), SCRIPTED_TOKEN);
      await page.goto(gateway.url + scene("main").path);
      await expect(terminal(page)).toContainText("Refactoring");
      const shown =
        width === 900
          ? page.getByRole("button", { name: /^billing-webhooks, / })
          : page.getByRole("button", { name: "Escape" });
      await expect(shown).toBeVisible();
      expect(await seriousFindings(page, ["label-content-name-mismatch"])).toEqual([]);
      expect(await seriousFindings(page)).toEqual([]);
    });
  });
}

test.describe("with forced colours", () => {
  test.use({ contextOptions: { forcedColors: "active" } });

  /** Whether something differs from its ground in what the system leaves of it: an edge, an outline, or a kept ground. */
  const isDrawn = (page: Page, selector: string) =>
    page
      .locator(selector)
      .first()
      .evaluate((element) => {
        const style = getComputedStyle(element);
        const edge = style.borderTopStyle !== "none" && Number.parseFloat(style.borderTopWidth) > 0;
        const outline = style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) > 0;
        return edge || outline || style.forcedColorAdjust === "none";
      });

  test("bars, dots, chosen chips, fields and switches are seen", async ({ page }) => {
    await openMain(page, gateway);
    for (const selector of [
      '[role="progressbar"], [class*="track"]',
      '[class*="bar-done"]',
      '[aria-pressed="true"]',
      '[role="option"][aria-selected="true"]',
      '[class*="good"]:not(svg)',
      "[data-filter]",
    ]) {
      expect.soft(await isDrawn(page, selector), selector).toBe(true);
    }
    await page.getByRole("button", { name: "Waterfall" }).click();
    await expect(page.locator('[class*="lane"] > [class*="_bar_"]').first()).toBeVisible();
    expect.soft(await isDrawn(page, '[class*="lane"] > [class*="_bar_"]'), "bars of the waterfall").toBe(true);
    await page.goto(`${gateway.url}/settings/accessibility`);
    await expect(page.getByRole("switch").first()).toBeVisible();
    expect.soft(await isDrawn(page, '[role="dialog"]'), "dialog").toBe(true);
    for (const one of await page.getByRole("switch").all()) {
      const ground = await one.evaluate((element) => getComputedStyle(element).backgroundColor);
      const thumb = await one.evaluate((element) =>
        element.firstElementChild === null ? "" : getComputedStyle(element.firstElementChild).backgroundColor,
      );
      expect.soft(thumb).not.toBe(ground);
    }
  });
});

test("at 200 % zoom all is there, nothing is cut at the side, and the terminal keeps lines beside the open sheet", async ({
  page,
}) => {
  // 200 % of a window of 1440 × 900 is a page of 720 × 450.
  await page.setViewportSize({ width: 720, height: 450 });
  await openMain2(page);
  await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(720);
  const rows = async () => ((await terminal(page).boundingBox())?.height ?? 0) / 17;
  await expect.poll(rows).toBeGreaterThan(12);
  await page.getByRole("button", { name: "Activity sheet" }).click();
  await expect(list(page)).toBeVisible();
  await expect.poll(rows).toBeGreaterThan(6);
  // A mouse has no use for a row of keys.
  await expect(page.getByRole("toolbar", { name: "Terminal keys" })).toBeHidden();
});

async function openMain2(page: Page): Promise<void> {
  await page.setViewportSize({ width: 1440, height: 900 });
  await openMain(page, gateway);
  await page.setViewportSize({ width: 720, height: 450 });
  await expect(page.getByRole("button", { name: "Activity sheet" })).toBeVisible();
}
