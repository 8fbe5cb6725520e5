/** Builds the page of components under test, and answers a browser with its files without a server. */
import { readFile } from "node:fs/promises";
import { extname, join, resolve } from "node:path";
import type { Page } from "@playwright/test";
import react from "@vitejs/plugin-react";
import { build } from "vite";

const ADDRESS = "http://components.test";
const TYPES: Record<string, string> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };

/** Gives what opens the page. `outDir` is made anew. */
export async function buildComponents(outDir: string): Promise<(page: Page) => Promise<void>> {
  await build({
    configFile: false,
    root: resolve("test/components"),
    logLevel: "error",
    plugins: [react()],
    define: { __SIGNALBOX_VERSION__: '"test"' },
    build: { outDir, emptyOutDir: true, target: "es2022", minify: false },
  });
  return async (page) => {
    await page.route(`${ADDRESS}/**`, async (route) => {
      const { pathname } = new URL(route.request().url());
      const path = join(outDir, pathname === "/" ? "index.html" : pathname);
      const body = await readFile(path).catch(() => undefined);
      if (body === undefined) await route.fulfill({ status: 404 });
      else await route.fulfill({ body, contentType: TYPES[extname(path)] ?? "application/octet-stream" });
    });
    await page.goto(ADDRESS);
  };
}
