/**
 * Stands in for the desktop program in a process of its own: the real shell on the double, its window in a Chromium that
 * answers on a port, as the smoke test expects of Electron. A second start hands its link over and ends.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { chromium } from "@playwright/test";
import { parseJson, z } from "../../shared/protocol/schema.ts";
import { findBrowser } from "../support/find-browser.ts";
import { freePort } from "../support/listen.ts";
import { signalbox } from "../support/product.ts";
import { DoubleDesktop } from "./double-desktop.ts";

const args = process.argv.slice(2);
const { values } = parseArgs({ args, strict: false, options: { home: { type: "string" } } });
const home = String(values.home);
const link = args.find((arg) => arg.startsWith("signalbox://"));

if (link !== undefined && existsSync(join(home, "gateway.json"))) {
  const { code } = await signalbox(["open", "--home", home, link]);
  process.exit(code ?? 1);
}

const port = await freePort();
const executablePath = findBrowser();
const browser = await chromium.launch({
  ...(executablePath !== undefined && { executablePath }),
  args: [`--remote-debugging-port=${port}`, ...(process.getuid?.() === 0 ? ["--no-sandbox"] : [])],
});
const version = await (await fetch(`http://127.0.0.1:${port}/json/version`)).text();
const said = parseJson(z.object({ webSocketDebuggerUrl: z.string() }), version);
if (!said.ok) throw new Error(said.reason);
console.error(`\nDevTools listening on ${said.value.webSocketDebuggerUrl}`);

const desktop = await DoubleDesktop.start({
  context: await browser.newContext({ colorScheme: "dark", viewport: { width: 1440, height: 900 } }),
  home,
  args: args.filter((arg) => !arg.startsWith("--remote-debugging-port") && arg !== "--json"),
  trayHost: () => process.env.STAND_IN_TRAY !== "no",
});
console.log(JSON.stringify({ url: desktop.gateway.url, token: readFileSync(join(home, "token"), "utf8").trim() }));
process.on("SIGTERM", () => desktop.control.power.emit("shutdown"));
const code = await desktop.exited();
await browser.close();
process.exit(code);
