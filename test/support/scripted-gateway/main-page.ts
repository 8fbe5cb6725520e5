/** The page that looks at the main scene: signing in, waiting until it stands, and sending its session further events. */
import { resolve } from "node:path";
import { expect, type Page } from "@playwright/test";
import type { ToolEvent } from "../../../shared/events/tool-event.ts";
import type { Scene } from "./scene.ts";
import { scenes } from "./scenes.ts";
import { SCRIPTED_TOKEN, type ScriptedGateway, startScriptedGateway } from "./scripted-gateway.ts";

export function scene(name: string): Scene {
  const found = scenes(Date.now()).find((each) => each.name === name);
  if (found === undefined) throw new Error(`no scene ${name}`);
  return found;
}

/** The session that the main scene shows. */
export const session = scene("main").path.split("/")[2] ?? "";

export const startMainScene = (): Promise<ScriptedGateway> =>
  startScriptedGateway(resolve("out/renderer"), scene("main"));

export const list = (page: Page) => page.getByRole("grid", { name: "Activity" });
export const terminal = (page: Page) => page.getByRole("region", { name: "Terminal" });

/** Signed in; returns when calls and terminal are there. */
export async function openMain(page: Page, gateway: ScriptedGateway, path = scene("main").path): Promise<void> {
  await page.addInitScript((token) => localStorage.setItem("signalbox.token", token), SCRIPTED_TOKEN);
  await page.goto(gateway.url + path);
  await expect(list(page).getByText("build")).toBeVisible();
  // What the first answer on its socket paints: what is typed from now on is sent.
  await expect(terminal(page)).toContainText("Refactoring");
}

let seq = 1_000;
export function send(gateway: ScriptedGateway, event: ToolEvent): void {
  seq += 1;
  gateway.sendEvents(session, { events: [{ seq, at: new Date().toISOString(), event }] });
}
