/** Proves that settings which the daemon keeps are the same for the page, after a reload, and for the daemon. */
import { expect, type Page, test } from "@playwright/test";
import { daemonSettingsSchema } from "../../shared/protocol/daemon-settings.ts";
import { Product } from "../support/product.ts";

let product: Product;
test.afterEach(() => product.stop());

test("what becomes of an agent's calls and of its connection is set in the window, kept, and in force at the daemon", async ({
  page,
}) => {
  product = await Product.start();
  const inForce = async () => daemonSettingsSchema.parse(await (await product.fetch("/api/v1/daemon/settings")).json());
  const ends = (on: Page) => on.getByRole("switch", { name: "Cancel an agent's calls when it disconnects" });
  const idle = (on: Page) => on.getByRole("spinbutton", { name: "Close idle agent connections after" });
  await product.open(page, "/settings/daemon");
  await expect(ends(page)).not.toBeChecked();
  await expect(idle(page)).toHaveValue("120");
  await ends(page).click();
  await expect.poll(inForce).toMatchObject({ end_calls_on_disconnect: true, session_idle_minutes: 120 });
  await idle(page).fill("45");
  await idle(page).press("Enter");
  await expect.poll(inForce).toMatchObject({ end_calls_on_disconnect: true, session_idle_minutes: 45 });
  await page.goto(`${product.url}/settings/daemon`);
  await expect(ends(page)).toBeChecked();
  await expect(idle(page)).toHaveValue("45");
});
