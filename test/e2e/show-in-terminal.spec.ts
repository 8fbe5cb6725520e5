/** Proves that a call is shown at the very line in which it began: live, after a reload, after a resize, and when its program is gone. */
import { resolve } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { Product } from "../support/product.ts";

const AGENT = resolve("test/fixtures/agents/call-tool.ts");

let product: Product;
test.beforeEach(async () => {
  product = await Product.start({ env: { SHELL: "/bin/sh" } });
});
test.afterEach(() => product.stop());

/** Opens the call and goes to its line; the mark must stand beside what was printed just before the call. */
async function expectLine(page: Page, tool: string): Promise<void> {
  const activity = page.getByRole("region", { name: "Activity panel" });
  await activity.getByText(tool, { exact: true }).first().click();
  await page.getByRole("button", { name: "Show in terminal" }).click();
  const terminal = page.getByRole("region", { name: "Terminal" });
  await expect(terminal).toContainText("the call comes next");
  await expect(async () => {
    const mark = await page.locator(".xterm-decoration").first().boundingBox();
    const line = await page
      .locator(".xterm-rows > div")
      .filter({ hasText: /^the call comes next/ })
      .boundingBox();
    // The call began on the line behind it.
    expect(Math.abs((mark?.y ?? 0) - ((line?.y ?? 1e6) + (line?.height ?? 0)))).toBeLessThan(3);
  }).toPass();
}

test("the line of a call is found live, after a reload at another width, and in the recording of a program that is gone", async ({
  page,
}) => {
  const lines = (count: number) => `i=0; while [ $i -lt ${count} ]; do i=$((i+1)); echo filler-$i; done`;
  const call = `QUIET=1 "${process.execPath}" "${AGENT}" count_lines '{"path":"."}'`;
  const id = await product.createSession({
    agent: "custom",
    command: "/bin/sh",
    args: ["-c", `${lines(300)}; echo the call comes next; ${call}; ${lines(400)}; echo ALL; sleep 600`],
    cwd: product.workFolder(),
  });
  await product.open(page, `/session/${id}`);
  const terminal = page.getByRole("region", { name: "Terminal" });
  await expect(terminal).toContainText("ALL");
  await expectLine(page, "count_lines");

  await page.setViewportSize({ width: 1_100, height: 700 });
  await page.reload();
  await expect(terminal).toContainText("ALL");
  await expectLine(page, "count_lines");

  process.kill(product.daemonPid(), "SIGKILL");
  await expect(terminal.getByText(/ended with its daemon/)).toBeVisible({ timeout: 30_000 });
  await page.reload();
  // The last bytes may be a secret's beginning, and are then in no recording.
  await expect(terminal).toContainText("filler-400");
  await expectLine(page, "count_lines");
});
