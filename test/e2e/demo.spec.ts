/** Proves the main job: a person who has nothing installed sees a live terminal beside live tool progress, and keeps it. */
import { expect, type Page, test } from "@playwright/test";
import { Product } from "../support/product.ts";

let product: Product;
test.beforeEach(async () => {
  product = await Product.start();
});
test.afterEach(() => product.stop());

const activity = (page: Page) => page.getByRole("region", { name: "Activity" });

/** Notes in the page every percentage that a bar shows: whoever looked from outside could come too late for each. */
const noteProgress = (page: Page) =>
  page.evaluate(() => {
    const steps = new Set<string>();
    Reflect.set(window, "steps", steps);
    new MutationObserver(() => {
      for (const bar of document.querySelectorAll('[role="progressbar"][aria-valuenow]'))
        if (bar.getBoundingClientRect().width > 0) steps.add(bar.getAttribute("aria-valuenow") ?? "");
    }).observe(document.body, { subtree: true, childList: true, attributeFilter: ["aria-valuenow"] });
  });

test("first run, demo, progress that moves, finished, and a reload keeps it", async ({ page }) => {
  // Real work on a real folder: as long as this machine takes for it.
  test.setTimeout(240_000);
  await product.open(page);
  await expect(page.getByRole("heading", { name: "Start your first session" })).toBeVisible();
  await expect(page.getByRole("button", { name: /^Daemon/ })).toBeVisible();
  await page.screenshot({ path: "artifacts/first-run.png" });

  await noteProgress(page);
  await page.getByRole("button", { name: "Try the demo" }).click();
  const steps = () => page.evaluate(() => Reflect.get(window, "steps").size);
  await expect.poll(steps, { timeout: 60_000 }).toBeGreaterThan(2);
  await page.screenshot({ path: "artifacts/demo-running.png" });

  for (const tool of ["hash_tree", "count_lines", "search_text"]) {
    const row = activity(page).getByRole("row").filter({ hasText: tool }).filter({ hasText: "finished" });
    await expect(row.first()).toBeVisible({ timeout: 100_000 });
  }
  await expect(activity(page).getByRole("progressbar")).toHaveCount(0, { timeout: 100_000 });
  const address = page.url();
  expect(address).toMatch(/\/session\/[A-Za-z0-9-]+$/);

  await page.reload();
  for (const tool of ["hash_tree", "count_lines", "search_text"]) {
    await expect(activity(page).getByText(tool).first()).toBeVisible();
  }
  await expect(page.getByRole("region", { name: "Terminal" })).toContainText("hash_tree");
  expect(page.url()).toBe(address);

  // Whatever was done is found again: by tool and time in the list, as sums, and by an argument from anywhere.
  const filter = page.getByRole("textbox", { name: "Filter calls" });
  await filter.fill("tool:hash_tree >1ms");
  await expect(activity(page).getByText("hash_tree").first()).toBeVisible();
  await expect(activity(page).getByText("count_lines")).toHaveCount(0);
  await filter.fill(">1h");
  await expect(page.getByText("No calls match '>1h'.")).toBeVisible();
  await filter.fill("");
  await page.getByRole("button", { name: "Totals" }).click();
  const totals = page.getByRole("dialog", { name: /^Totals of Demo/ });
  const row = totals.getByRole("row").filter({ hasText: "hash_tree" });
  await expect(row).toContainText(/hash_tree.*1.*0.*(ms|s).*(B|KB)/);
  await totals.getByRole("button", { name: "p95" }).click();
  await expect(totals.getByRole("columnheader", { name: "p95" })).toHaveAttribute("aria-sort", "descending");
  await totals.getByRole("button", { name: "Slowest calls" }).click();
  await totals
    .getByRole("button", { name: /^hash_tree/ })
    .first()
    .click();
  await expect(page.getByRole("complementary", { name: "Call hash_tree" })).toBeVisible();
  await page.keyboard.press("Escape");
});
