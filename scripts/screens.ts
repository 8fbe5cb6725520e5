/**
 * `npm run screens`: a picture of every scene at three widths and in every theme, into artifacts/screens/, for
 * people to look at. `npm run screens -- readme` takes the README's picture of a real demo session instead, and
 * `npm run screens -- terminals` pictures of full-screen programs.
 */
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Browser, chromium } from "@playwright/test";
import { build } from "vite";
import config from "../electron.vite.config.ts";
import { findBrowser } from "../test/support/find-browser.ts";
import { actOut } from "../test/support/scripted-gateway/act-out.ts";
import { scenes } from "../test/support/scripted-gateway/scenes.ts";
import { type ScriptedGateway, startScriptedGateway } from "../test/support/scripted-gateway/scripted-gateway.ts";
import { takeReadmePicture } from "./readme-picture.ts";
import { takeTerminalPictures } from "./terminal-pictures.ts";

const root = resolve(import.meta.dirname, "..");
const ui = join(root, "artifacts", "ui");
const out = join(root, "artifacts", "screens");
const SIZES = [
  { width: 1440, height: 900 },
  { width: 900, height: 700 },
  { width: 400, height: 800 },
];
const THEMES = ["dark", "light", "contrast"] as const;
/** Most of a picture's time is waiting for the page to settle. */
const AT_ONCE = 3;

/** Arguments narrow the work: names of scenes, widths, themes. */
const wanted = new Set(process.argv.slice(2));
const isWanted = (kind: readonly string[], name: string) => !kind.some((each) => wanted.has(each)) || wanted.has(name);

async function main(): Promise<void> {
  const { renderer } = config;
  await build({
    ...renderer,
    configFile: false,
    logLevel: "error",
    build: { ...renderer?.build, outDir: ui, emptyOutDir: true },
  });
  mkdirSync(out, { recursive: true });
  const [first] = scenes(Date.now());
  if (first === undefined) return;
  const executablePath = findBrowser();
  if (executablePath === undefined) throw new Error("no Chromium here; set SIGNALBOX_TEST_BROWSER");
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  const todo = pictures();
  try {
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        const gateway = await startScriptedGateway(ui, first);
        for (let next = todo.shift(); next !== undefined; next = todo.shift()) await picture(browser, gateway, next);
        await gateway.dispose();
      }),
    );
  } finally {
    await browser.close();
  }
}

interface Picture {
  name: string;
  theme: (typeof THEMES)[number];
  size: { width: number; height: number };
}

function pictures(): Picture[] {
  const names = scenes(0).map(({ name }) => name);
  const widths = SIZES.map(({ width }) => String(width));
  const sizes = SIZES.filter(({ width }) => isWanted(widths, String(width)));
  return THEMES.filter((theme) => isWanted(THEMES, theme)).flatMap((theme) =>
    sizes.flatMap((size) => names.filter((name) => isWanted(names, name)).map((name) => ({ name, theme, size }))),
  );
}

/** A scene that cannot be reached is said, and the next one pictured. */
async function picture(browser: Browser, gateway: ScriptedGateway, { name, theme, size }: Picture): Promise<void> {
  const scene = scenes(Date.now()).find((each) => each.name === name);
  if (scene === undefined) return;
  gateway.setScene(scene);
  const page = await browser.newPage({
    viewport: size,
    // A narrow window is a phone's: what is touched is larger.
    hasTouch: size.width < 760,
    colorScheme: theme === "light" ? "light" : "dark",
    contrast: theme === "contrast" ? "more" : "no-preference",
    reducedMotion: "reduce",
  });
  page.on("pageerror", (error) => console.error(`${name}: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") console.error(`${name}: ${message.text()}`);
  });
  try {
    await actOut(page, gateway.url, scene);
    await page.evaluate(() => document.fonts.ready);
    await page.waitForTimeout(scene.drop === undefined ? 500 : 1_300);
    const file = join(out, `${name}-${size.width}-${theme}.png`);
    await page.screenshot({ path: file });
    console.log(file.slice(root.length + 1));
  } catch (error) {
    console.error(`${name}: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
  await page.close();
}

if (wanted.has("readme")) await takeReadmePicture(root);
else if (wanted.has("terminals")) await takeTerminalPictures(root, out, wanted);
else await main();
