/** Brings a page into a scene: opened, settled, and with the scene's acts done. */
import type { Page } from "@playwright/test";
import type { Act, Scene } from "./scene.ts";
import { SCRIPTED_TOKEN } from "./scripted-gateway.ts";

/** Keys after which something opens that the next acts are meant for. */
const OPENERS = new Set(["F1", "Control+,", "Control+Shift+Enter", "Control+Shift+F"]);
/** What opened has the focus, itself or in it: keys that come sooner are meant for something else. */
const FOCUSED = ":is([role=dialog], search):focus, :is([role=dialog], search) :focus";

/** `url`: the gateway's, whose scene is this one. Gives the page when it is drawn; nothing is waited for by time. */
export async function actOut(page: Page, url: string, scene: Scene): Promise<void> {
  const token = scene.signedIn === false ? undefined : SCRIPTED_TOKEN;
  await page.addInitScript(
    ([kept, settings]) => {
      localStorage.clear();
      sessionStorage.clear();
      if (kept !== undefined) localStorage.setItem("signalbox.token", kept);
      if (settings !== undefined) localStorage.setItem("signalbox.settings", settings);
    },
    [token, scene.settings === undefined ? undefined : JSON.stringify(scene.settings)] as const,
  );
  await page.goto(url + scene.path);
  await page.locator("#root :is(header, main)").first().waitFor();
  if (scene.path.startsWith("/session/5f")) {
    await page.locator(".xterm-screen").first().waitFor();
    // Until then nothing that is typed could reach the program.
    await page.getByText("Connecting to the terminal…").waitFor({ state: "hidden" });
  }
  if (scene.path.startsWith("/settings/")) await page.locator(FOCUSED).first().waitFor();
  for (const act of scene.acts ?? []) await perform(page, act);
}

/** A dialog's come last in the document, so the last that fits is the one that can be reached. */
const clickable = (name: string): string =>
  [
    `:is([role=tab], button, summary):has-text("${name}"):visible`,
    `button[aria-label="${name}"]:visible`,
    `button[aria-label^="${name}:"]:visible`,
    `input[aria-label="${name}"]:visible`,
    `fieldset label:has-text("${name}"):visible`,
  ].join(", ");

async function perform(page: Page, act: Act): Promise<void> {
  if (typeof act !== "string") {
    if ("see" in act) return page.getByText(act.see).last().waitFor();
    if (act.narrow === true && (page.viewportSize()?.width ?? 0) >= 760) return;
    if (act.click === "terminal") await page.getByRole("region", { name: "Terminal" }).first().click();
    else await page.locator(clickable(act.click)).last().click();
    return;
  }
  if (!/^[A-Z]/.test(act)) {
    await page.keyboard.type(act);
    return;
  }
  await page.keyboard.press(act);
  if (OPENERS.has(act)) await page.locator(FOCUSED).first().waitFor();
}
