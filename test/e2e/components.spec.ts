/** Proves the activity list and the JSON tree by themselves, in a real browser: with more than fits, by keys, and held still. */
import { resolve } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import type { Harness } from "../components/harness.tsx";
import { buildComponents } from "../support/built-components.ts";
import { keepPointing } from "../support/keep-pointing.ts";

let open: (page: Page) => Promise<void>;
test.beforeAll(async () => {
  open = await buildComponents(resolve("artifacts/components"));
});
test.beforeEach(({ page }) => open(page));

/** Calls a function of the page's harness. */
async function tell<K extends keyof Harness>(page: Page, name: K, ...args: Parameters<Harness[K]>): Promise<unknown> {
  await page.waitForFunction(() => "harness" in window);
  return page.evaluate(([key, given]) => Reflect.get(window, "harness")[key](...given), [name, args] as const);
}
const list = (page: Page) => page.getByRole("grid", { name: "Activity" });
const rows = (page: Page) => list(page).locator("[data-call]");
/** Ids of the calls that are drawn, from the top. */
const drawn = (page: Page) =>
  rows(page).evaluateAll((all) =>
    all
      .toSorted((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)
      .map((row) => row.getAttribute("data-call")),
  );

/** Whether rows are drawn from the list's upper edge to its lower one, or to the end of what there is. */
const coversList = (page: Page) =>
  list(page).evaluate((element) => {
    const all = [...element.querySelectorAll("[role=row]")].map((row) => row.getBoundingClientRect());
    const room = element.getBoundingClientRect();
    const end = Math.min(room.bottom, room.top + element.scrollHeight - element.scrollTop);
    return (
      all.length > 0 &&
      Math.min(...all.map(({ top }) => top)) <= room.top + 1 &&
      Math.max(...all.map(({ bottom }) => bottom)) >= end - 1
    );
  });

test("a session of 100,000 calls is a handful of rows in the document, and both of its ends are one key away", async ({
  page,
}) => {
  await tell(page, "begin", { from: 99_700, to: 100_000, total: 100_000 });
  await tell(page, "showList");
  await expect.poll(async () => (await drawn(page))[0]).toBe("past-99999");
  await tell(page, "placeOlder", { from: 0, to: 99_700, total: 100_000 });
  // A head for each ten.
  await expect(list(page)).toHaveAttribute("aria-rowcount", "110000");
  expect(await rows(page).count()).toBeLessThan(60);
  await list(page).focus();
  await page.keyboard.press("End");
  await expect(page.locator('[data-call="past-0"]')).toBeInViewport();
  await page.keyboard.press("Enter");
  await expect.poll(() => tell(page, "opened")).toEqual(["past-0"]);
  await page.keyboard.press("Home");
  await expect(page.locator('[data-call="past-99999"]')).toBeInViewport();
  expect(await rows(page).count()).toBeLessThan(60);
});

test("what was read stays where it is when the older calls come in below it", async ({ page }) => {
  await tell(page, "begin", { from: 700, to: 1_000, total: 1_000 });
  await tell(page, "showList");
  // Thirty heads.
  await expect(list(page)).toHaveAttribute("aria-rowcount", "330");
  // At once, further than the rows reach that are drawn: what is drawn over the whole of its room was drawn there.
  await list(page).evaluate((element) => element.scrollTo(0, 2_000));
  await expect.poll(() => coversList(page)).toBe(true);
  const before = await drawn(page);
  await tell(page, "placeOlder", { from: 0, to: 700, total: 1_000 });
  await expect(list(page)).toHaveAttribute("aria-rowcount", "1100");
  expect(await drawn(page)).toEqual(before);
  expect(await list(page).evaluate((element) => element.scrollTop)).toBe(2_000);
});

test("rows hold still under the pointer, and say how many calls came meanwhile", async ({ page }) => {
  await tell(page, "begin", { from: 0, to: 20, total: 20 });
  await tell(page, "showList");
  // Two turns of ten, all of them laid out.
  await expect(list(page)).toHaveAttribute("aria-rowcount", "22");
  await expect.poll(() => coversList(page)).toBe(true);
  const leave = await keepPointing(list(page));
  const before = await drawn(page);
  await tell(page, "receive", [
    { call: "new-1", kind: "started" },
    { call: "new-2", kind: "started" },
  ]);
  await expect(page.getByRole("button", { name: "Jump to live · 2 new" })).toBeVisible();
  expect(await drawn(page)).toEqual(before);
  await page.getByRole("button", { name: /Jump to live/ }).click();
  await leave();
  await expect.poll(async () => (await drawn(page)).slice(0, 2)).toEqual(["new-2", "new-1"]);
});

test("a bar follows every update, and nothing else of the list is touched by one", async ({ page }) => {
  await tell(page, "showList");
  await tell(page, "receive", [
    { call: "a", kind: "started" },
    // Without a message a row that is long without news says so, which is more than a bar that moves.
    { call: "a", kind: "progress", progress: 1, total: 100, message: "step" },
  ]);
  await expect(list(page).getByText("step")).toBeVisible();
  const bar = page.getByRole("progressbar").locator("span");
  await expect(bar).toHaveCSS("transform", "matrix(0.01, 0, 0, 1, 0, 0)");
  const touched = await list(page).evaluate(async (element) => {
    const seen = new Set<string>();
    const observer = new MutationObserver((changes) => {
      for (const { type, target } of changes) {
        const own = target instanceof Element && target.closest('[role="progressbar"]') !== null;
        seen.add(own ? "bar" : type);
      }
    });
    observer.observe(element, { subtree: true, childList: true, attributes: true });
    const harness = Reflect.get(window, "harness");
    for (let progress = 2; progress <= 30; progress += 1) {
      harness.receive([{ call: "a", kind: "progress", progress, total: 100, message: "step" }]);
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    observer.disconnect();
    return [...seen];
  });
  expect(touched).toEqual(["bar"]);
  await expect(bar).toHaveCSS("transform", "matrix(0.3, 0, 0, 1, 0, 0)");
});

test("a filter shows what matches at once, and all of it in the end", async ({ page }) => {
  await tell(page, "begin", { from: 0, to: 20_000, total: 20_000 });
  await tell(page, "showList");
  await expect(rows(page).first()).toBeVisible();
  await tell(page, "filter", "run_tests");
  await expect(rows(page).filter({ hasNotText: "run_tests" })).toHaveCount(0);
  await expect(rows(page).first()).toBeVisible();
  // 4,000 calls, in 2,000 turns.
  await expect(list(page)).toHaveAttribute("aria-rowcount", "6000");
  await tell(page, "filter", "part 19998");
  await expect(rows(page)).toHaveCount(1);
  await tell(page, "filter", "no such thing");
  await expect(rows(page)).toHaveCount(0);
  await tell(page, "filter", "");
  await expect(list(page)).toHaveAttribute("aria-rowcount", "22000");
});

test("a waterfall of 20,000 calls is a handful of bars, from the newest to the oldest by key", async ({ page }) => {
  await tell(page, "begin", { from: 0, to: 20_000, total: 20_000 });
  await tell(page, "showWaterfall");
  await expect(list(page)).toHaveAttribute("aria-rowcount", "22000");
  await expect.poll(async () => (await drawn(page))[0]).toBe("past-19999");
  expect(await rows(page).count()).toBeLessThan(60);
  await list(page).focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.keyboard.press("End");
  await expect(page.locator('[data-call="past-0"]')).toBeInViewport();
  await page.keyboard.press("Enter");
  await expect.poll(() => tell(page, "opened")).toEqual(["past-19998", "past-0"]);
  // The first of ten, each 0.9 s long and a second after the one before: 0.9 of the turn's 9.9 s.
  const bar = page.locator('[data-call="past-0"] [style*="width"]');
  const share = () =>
    bar.evaluate((each) => each.getBoundingClientRect().width / (each.parentElement?.clientWidth ?? 1));
  await expect.poll(share).toBeCloseTo(0.9 / 9.9, 2);
});

test("a value of 20,000 lines is a tree that folds and is searched by keys, with a handful of rows in the document", async ({
  page,
}) => {
  const entries = Array.from({ length: 5_000 }, (_, n) => [`key-${n}`, { name: `item ${n}`, size: n }]);
  await tell(page, "showTree", { list: Object.fromEntries(entries), markup: "<b>\u202Eevil\u001b[31m</b>" });
  const tree = page.getByRole("tree", { name: "Value" });
  const items = tree.getByRole("treeitem");
  await expect(items.first()).toBeVisible();
  expect(await items.count()).toBeLessThan(90);

  await tree.focus();
  await page.keyboard.press("End");
  await page.keyboard.press("ArrowUp");
  // As text, with nothing that reorders or drives a terminal.
  await expect(tree.getByText('"<b>\uFFFDevil', { exact: false })).toBeVisible();
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowDown");
  const branch = items.nth(1);
  await expect(branch).toHaveAttribute("aria-expanded", "true");
  await page.keyboard.press("ArrowLeft");
  await expect(branch).toHaveAttribute("aria-expanded", "false");
  await expect(items).toHaveCount(4);
  await page.keyboard.press("ArrowRight");
  await expect(branch).toHaveAttribute("aria-expanded", "true");

  await page.getByRole("textbox", { name: "Search in Value" }).fill("item 4321");
  await expect(page.getByText("1 found")).toBeVisible();
});
