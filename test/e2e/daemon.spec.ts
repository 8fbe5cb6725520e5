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
  // In every frame of the page: how long it stays lost is not the test's to say.
  const told = page.waitForFunction(() => /Daemon disconnected at/.test(document.body.innerText));
  process.kill(before, "SIGKILL");
  await told;
  await page.screenshot({ path: "artifacts/daemon-lost.png" });
  // Whether its own next attempt or the person comes first makes no difference.
  const again = page.getByRole("button", { name: /Start built-in daemon|Reconnect now/ }).first();
  await expect(async () => {
    if (await again.isVisible()) await again.click({ timeout: 5_000 });
    await expect(chip).toHaveAccessibleName(/server/, { timeout: 15_000 });
  }).toPass();
  expect(product.daemonPid()).not.toBe(before);
});

test("the gateway can be killed and started again: the terminal goes on where it was", async ({ page }) => {
  const id = await product.createSession({ agent: "shell", cwd: product.workFolder() });
  await product.open(page, `/session/${id}`);
  const terminal = page.getByRole("region", { name: "Terminal" });
  // Its prompt: from then on what is typed is read.
  await expect(terminal.locator(".xterm-rows")).toContainText(/[#$%]\s*$/, { timeout: 45_000 });
  await terminal.click();
  await expect(terminal.getByRole("textbox", { name: /Terminal input/ })).toBeFocused();
  await page.keyboard.type("KEPT=value-$((6*7)); echo first-$KEPT\n");
  await expect(terminal).toContainText("first-value-42");
  await product.stopGateway("SIGKILL");
  await expect(page.getByRole("button", { name: "Daemon: not known" })).toBeVisible();
  await product.startGateway();
  await expect(terminal).toContainText("first-value-42");
  await expect(page.getByRole("button", { name: /^Daemon: \d+ server/ })).toBeVisible();
  // What is typed before the terminal is connected again is refused, and said to be.
  await expect(async () => {
    await terminal.click();
    await page.keyboard.type("echo second-$KEPT\n");
    await expect(terminal).toContainText("second-value-42", { timeout: 15_000 });
  }).toPass();
});
