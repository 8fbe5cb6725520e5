/** Proves the main job: a person who has nothing installed sees a live terminal beside live tool progress, and keeps it. */
import { expect, type Page, test } from "@playwright/test";
import { Product } from "../support/product.ts";

let product: Product;
test.beforeEach(async () => {
  product = await Product.start();
});
test.afterEach(() => product.stop());

const activity = (page: Page) => page.getByRole("region", { name: "Activity" });

test("first run, demo, progress that moves, finished, and a reload keeps it", async ({ page }) => {
  // Real work on a real folder: as long as this machine takes for it.
  test.setTimeout(240_000);
  await product.open(page);
  await expect(page.getByRole("heading", { name: "Start your first session" })).toBeVisible();
  await expect(page.getByRole("button", { name: /^Daemon/ })).toBeVisible();
  await page.screenshot({ path: "artifacts/first-run.png" });

  await page.getByRole("button", { name: "Try the demo" }).click();
  const bar = activity(page).getByRole("progressbar").first();
  await expect(bar).toBeVisible({ timeout: 30_000 });
  const seen = new Set<string>();
  await expect
    .poll(
      async () => {
        const now = await activity(page)
          .getByRole("progressbar")
          .first()
          .getAttribute("aria-valuenow", { timeout: 1000 })
          .catch(() => null);
        if (now !== null) seen.add(now);
        return seen.size;
      },
      { timeout: 30_000, intervals: [50] },
    )
    .toBeGreaterThan(2);
  await page.screenshot({ path: "artifacts/demo-running.png" });

  for (const tool of ["hash_tree", "count_lines", "search_text"]) {
    await expect(activity(page).getByText(tool).first()).toBeVisible({ timeout: 100_000 });
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
});
