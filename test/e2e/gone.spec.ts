/** Proves that what the page says and shows is true when the daemon, the gateway or the program is gone. */
import { expect, test } from "@playwright/test";
import { Product } from "../support/product.ts";

let product: Product;
test.beforeEach(async () => {
  product = await Product.start({ env: { SHELL: "/bin/sh" } });
});
test.afterEach(() => product.stop());

test("a session whose program ended with its daemon shows its last screen, after a reload too, and says so once", async ({
  page,
}) => {
  const id = await product.createSession({
    agent: "custom",
    command: "/bin/sh",
    args: ["-c", "i=0; while [ $i -lt 60 ]; do i=$((i+1)); echo row-$i; done; echo KEPT; sleep 600"],
    cwd: product.workFolder(),
  });
  await product.open(page, `/session/${id}`);
  const terminal = page.getByRole("region", { name: "Terminal" });
  await expect(terminal).toContainText("KEPT");
  process.kill(product.daemonPid(), "SIGKILL");
  await expect(terminal.getByText(/ended with its daemon/)).toBeVisible({ timeout: 30_000 });
  await expect(terminal.getByText(/Couldn't start|Reconnecting/)).toHaveCount(0);
  await page.reload();
  await expect(terminal).toContainText("KEPT");
  await expect(terminal).toContainText("row-60");
  await expect(terminal.getByText(/ended with its daemon/)).toBeVisible();
  await expect(terminal.getByText(/Couldn't start|Reconnecting|Disconnected/)).toHaveCount(0);
  await page.screenshot({ path: "artifacts/gone-daemon.png" });
});

test("while there is no daemon, the terminal is out of reach, its last screen stays, and nothing counts down to it", async ({
  page,
}) => {
  const id = await product.createSession({
    agent: "custom",
    command: "/bin/sh",
    args: ["-c", "echo KEPT; sleep 600"],
    cwd: product.workFolder(),
  });
  await product.open(page, `/session/${id}`);
  const terminal = page.getByRole("region", { name: "Terminal" });
  const activity = page.getByRole("region", { name: "Activity panel" });
  await expect(terminal).toContainText("KEPT");
  await product.stopDaemon();
  await expect(activity.getByText(/No MCP daemon found|Daemon disconnected/)).toBeVisible();
  await expect(page.getByText(/Your terminal still works/)).toHaveCount(0);
  await expect(terminal.getByText(/can't be reached|ended with its daemon/)).toBeVisible();
  const again = { name: "Reconnect now" };
  const elsewhere = async () =>
    (await page.getByRole("button", again).count()) - (await activity.getByRole("button", again).count());
  await expect.poll(elsewhere).toBe(0);
  await page.reload();
  await expect(terminal).toContainText("KEPT");
  await page.screenshot({ path: "artifacts/gone-no-daemon.png" });
});

test("while the gateway is gone, one banner says it, with one countdown", async ({ page }) => {
  const id = await product.createSession({ agent: "shell", cwd: product.workFolder() });
  await product.open(page, `/session/${id}`);
  await expect(page.getByRole("region", { name: "Terminal" }).locator(".xterm-rows")).toContainText(/[#$%]/);
  await product.stopGateway("SIGKILL");
  await expect(page.getByText(/gateway stopped answering at/)).toBeVisible();
  await expect(page.getByText(/Disconnected at|Daemon disconnected|can't be reached/)).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Reconnect now" })).toHaveCount(1);
  await page.screenshot({ path: "artifacts/gone-gateway.png" });
});
