/** Proves that another device sees the whole terminal: scaled to fit, the newest output in view, and no keys where it may not type. */
import { expect, type Page, test } from "@playwright/test";
import { Product } from "../support/product.ts";
import { typeInTerminal } from "../support/type-in-terminal.ts";

let product: Product;
test.beforeEach(async () => {
  product = await Product.start({ env: { SHELL: "/bin/sh" } });
});
test.afterEach(() => product.stop());

const screen = (page: Page) => page.getByRole("region", { name: "Terminal" }).locator(".xterm-screen");
/** Whether all of the screen is within what is seen of the terminal's room. */
const isWhole = async (page: Page) => {
  const drawn = await screen(page).boundingBox();
  const room = await page.getByRole("region", { name: "Terminal" }).boundingBox();
  if (drawn === null || room === null || drawn.width === 0) return false;
  return (
    drawn.x >= room.x &&
    drawn.x + drawn.width <= room.x + room.width + 1 &&
    drawn.y + drawn.height <= room.y + room.height + 1
  );
};

for (const scope of ["read-only", "full"]) {
  test(`a ${scope} device of 400 px sees all of a terminal that is typed into on a large one`, async ({
    page,
    browser,
  }) => {
    const id = await product.createSession({ agent: "shell", cwd: product.workFolder() });
    await product.open(page, `/session/${id}`);
    await typeInTerminal(page, "seq 1 200; echo the-newest-$((40+2))\n");
    await expect(page.getByRole("region", { name: "Terminal" })).toContainText("the-newest-42");
    const context = await browser.newContext({ viewport: { width: 400, height: 800 }, hasTouch: true });
    const phone = await context.newPage();
    const pairing = await product.fetch("/api/v1/pairing", { method: "POST", body: JSON.stringify({ scope }) });
    const { link_code: code } = (await pairing.json()) as { link_code: string };
    await phone.goto(`${product.url}/session/${id}#pair=${code}`);
    await expect(phone.getByRole("region", { name: "Terminal" })).toContainText("the-newest-42");
    await expect.poll(() => isWhole(phone)).toBe(true);
    const keys = phone.getByRole("toolbar", { name: "Terminal keys" });
    await expect(keys).toHaveCount(scope === "full" ? 1 : 0);
    if (scope === "full") {
      // Who types gets the terminal in letters that can be read.
      const before = (await screen(phone).boundingBox())?.width ?? 0;
      await typeInTerminal(phone, "echo from-the-phone\n");
      await expect(phone.getByRole("region", { name: "Terminal" })).toContainText("from-the-phone");
      await expect.poll(() => isWhole(phone)).toBe(true);
      expect(before).toBeGreaterThan(300);
      await expect.poll(() => isWhole(page)).toBe(true);
    }
    await context.close();
  });
}
