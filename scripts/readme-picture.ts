/** The README's picture: a real demo session of the built product, taken while its tools are at work. */
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import { findBrowser } from "../test/support/find-browser.ts";
import { Product } from "../test/support/product.ts";
import { buildProduct } from "./build/build-product.ts";

/** Enough files for the tools to be busy for some seconds. */
const FOLDERS = ["docs", "main", "renderer", "shared", "test", "node_modules/lucide-react"];

/** Writes docs/images/main.png. Throws when the product cannot be built or no tool comes to half of its work. */
export async function takeReadmePicture(root: string): Promise<void> {
  const built = await buildProduct(root);
  if (!built.ok) throw new Error(built.output);
  const executablePath = findBrowser();
  if (executablePath === undefined) throw new Error("no Chromium here; set SIGNALBOX_TEST_BROWSER");
  const home = mkdtempSync(join(tmpdir(), "home-"));
  const cwd = join(home, "src", "signalbox");
  for (const folder of FOLDERS) cpSync(join(root, folder), join(cwd, folder), { recursive: true });
  const product = await Product.start({ env: { HOME: home, SHELL: "/bin/bash" } });
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  try {
    await product.createSession({ agent: "shell", label: "notes", cwd: home });
    const id = await product.createSession({ agent: "demo", label: "take-stock", cwd });
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: "dark" });
    await product.open(page, `/session/${id}`);
    // A round is over, the next is under way: then there is something of everything to see.
    const terminal = page.getByRole("region", { name: "Terminal" });
    await terminal.getByText("leave (or Ctrl+C twice)").waitFor({ timeout: 120_000 });
    await terminal.getByText("›").last().waitFor();
    await terminal.click();
    await page.keyboard.type("again\n");
    const half = page.getByRole("progressbar").and(page.locator("[aria-valuenow^='5']:not([aria-valuenow='5'])"));
    await half.first().waitFor({ timeout: 60_000 });
    mkdirSync(join(root, "docs", "images"), { recursive: true });
    await page.screenshot({ path: join(root, "docs", "images", "main.png") });
  } finally {
    await browser.close();
    await product.stop();
    rmSync(home, { recursive: true, force: true });
  }
}
