/**
 * `npm run screens -- terminals`: pictures of full-screen programs in the built product at three widths, for people to look at.
 * Editors, and agents as they greet a person who has not signed in. A program that is not installed is left out, and that is said.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium } from "@playwright/test";
import { findProgram } from "../main/agents/find-program.ts";
import { findBrowser } from "../test/support/find-browser.ts";
import { Product } from "../test/support/product.ts";
import { buildProduct } from "./build/build-product.ts";

const SIZES = [
  { width: 1440, height: 900 },
  { width: 900, height: 700 },
  { width: 400, height: 800 },
];
const THEMES = ["dark", "light"] as const;

interface Program {
  name: string;
  args: string[];
  /** On its screen when there is something to see. */
  shows: string;
  /** Typed before the picture is taken. */
  keys?: string;
}

const programs = (root: string): Program[] => {
  const file = join(root, "CONTRIBUTING.md");
  return [
    {
      name: "vim",
      args: ["-n", "-u", "NONE", "-c", "syntax on | set number termguicolors mouse=a", file],
      shows: "npm",
    },
    { name: "htop", args: [], shows: "Load average" },
    { name: "less", args: ["-N", file], shows: "npm", keys: "/the\n" },
    // They come to a screen of their own without an account and without a network.
    { name: "opencode", args: [], shows: "Ask anything" },
    { name: "codex", args: [], shows: "Codex" },
  ];
};

/** `wanted` may name some of the programs. Throws when the product cannot be built or a program does not come to its screen. */
export async function takeTerminalPictures(root: string, out: string, wanted: ReadonlySet<string>): Promise<void> {
  const built = await buildProduct(root);
  if (!built.ok) throw new Error(built.output);
  const executablePath = findBrowser();
  if (executablePath === undefined) throw new Error("no Chromium here; set SIGNALBOX_TEST_BROWSER");
  mkdirSync(out, { recursive: true });
  const home = mkdtempSync(join(tmpdir(), "home-"));
  const product = await Product.start({ env: { HOME: home, SHELL: "/bin/bash" } });
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  try {
    const all = programs(root);
    const some = all.filter(({ name }) => wanted.has(name));
    for (const program of some.length === 0 ? all : some) {
      const command = findProgram(program.name, process.env);
      if (command === undefined) console.log(`skipped: ${program.name} is not installed`);
      else await takeAll(browser, product, { ...program, command, home, out });
    }
  } finally {
    await browser.close();
    await product.stop();
    rmSync(home, { recursive: true, force: true });
  }
}

type Task = Program & { command: string; home: string; out: string };

async function takeAll(browser: Browser, product: Product, task: Task): Promise<void> {
  for (const theme of THEMES) {
    for (const viewport of SIZES) {
      const { command, args } = task;
      const id = await product.createSession({ agent: "custom", label: task.name, command, args, cwd: task.home });
      const context = await browser.newContext({ viewport, colorScheme: theme, reducedMotion: "reduce" });
      const page = await context.newPage();
      page.on("pageerror", (error) => console.error(`${task.name}: ${error.message}`));
      await product.open(page, `/session/${id}`);
      await page.locator(".xterm-rows").getByText(task.shows).first().waitFor({ timeout: 20_000 });
      await page.locator(".xterm-helper-textarea").first().focus();
      if (task.keys !== undefined) await page.keyboard.type(task.keys);
      // Programs draw again after the page has told its size.
      await page.waitForTimeout(1_500);
      const path = join(task.out, `terminal-${task.name}-${viewport.width}-${theme}.png`);
      await page.screenshot({ path });
      console.log(path);
      await context.close();
      await product.fetch(`/api/v1/sessions/${id}`, { method: "DELETE" });
    }
  }
}
