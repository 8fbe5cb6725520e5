/** Proves that the loss of the daemon is told at once, invents nothing, and that its return is seen without a reload. */
import { expect, test } from "@playwright/test";
import { Product } from "../support/product.ts";

let product: Product;
test.beforeEach(async () => {
  product = await Product.start({ env: { SHELL: "/bin/sh" } });
});
test.afterEach(() => product.stop());

test("P1: a killed daemon shows within a second, and a new one is found", async ({ page }) => {
  const id = await product.createSession({ agent: "shell", cwd: product.workFolder() });
  await product.open(page, `/session/${id}`);
  const chip = page.getByRole("button", { name: /^Daemon/ });
  await expect(chip).toHaveAccessibleName(/server/);
  const before = product.daemonPid();
  process.kill(before, "SIGKILL");
  await expect(page.getByText(/Daemon disconnected at/).first()).toBeVisible();
  await page.screenshot({ path: "artifacts/daemon-lost.png" });
  await page
    .getByRole("button", { name: /Start built-in daemon|Reconnect now/ })
    .first()
    .click();
  await expect(chip).toHaveAccessibleName(/server/, { timeout: 15_000 });
  expect(product.daemonPid()).not.toBe(before);
});

test("the gateway can be killed and started again: the terminal goes on where it was", async ({ page }) => {
  const id = await product.createSession({ agent: "shell", cwd: product.workFolder() });
  await product.open(page, `/session/${id}`);
  const terminal = page.getByRole("region", { name: "Terminal" });
  await terminal.click();
  await page.keyboard.type("KEPT=value-$((6*7)); echo first-$KEPT\n");
  await expect(terminal).toContainText("first-value-42");
  await product.stopGateway("SIGKILL");
  await expect(page.getByRole("button", { name: "Daemon: not known" })).toBeVisible();
  await product.startGateway();
  await expect(terminal).toContainText("first-value-42");
  await expect(page.getByRole("button", { name: /^Daemon: \d+ server/ })).toBeVisible();
  await expect(async () => {
    await terminal.click();
    await page.keyboard.type("echo second-$KEPT\n");
    await expect(terminal).toContainText("second-value-42", { timeout: 1500 });
  }).toPass({ timeout: 20_000 });
});
