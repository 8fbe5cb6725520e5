/** Types into the shown session's terminal as a person does: only when it has the focus. */
import { expect, type Locator, type Page } from "@playwright/test";

/** What keys go to. */
export const terminalInput = (page: Page): Locator =>
  page.getByRole("region", { name: "Terminal" }).getByRole("textbox", { name: /^Terminal input/ });

export async function typeInTerminal(page: Page, text: string): Promise<void> {
  // Until the terminal is drawn, a click on its place would lead nowhere.
  await page.getByRole("region", { name: "Terminal" }).locator(".xterm-screen").click();
  await expect(terminalInput(page)).toBeFocused();
  await page.keyboard.type(text);
}
