/** Proves what only the desktop has: window, tray, links, notices and quitting, around a real demo session. */
import { expect, test } from "@playwright/test";
import { DoubleDesktop } from "./double-desktop.ts";

test("the app starts and shows its page with the gateway's state", async ({ context }) => {
  context.on("console", (m) => console.log("page:", m.type(), m.text()));
  context.on("weberror", (e) => console.log("error:", e.error().message));
  const desktop = await DoubleDesktop.start({ context });
  try {
    const page = await desktop.page();
    page.on("console", (message) => console.log("page:", message.type(), message.text()));
    await expect(page.getByRole("heading", { name: "Start your first session" })).toBeVisible();
    await page.screenshot({ path: "artifacts/desktop.png" });
  } finally {
    await desktop.dispose();
  }
});
