/** Proves that the first screen stays light: what it takes to show calls is little, and nothing else is fetched for it. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "@playwright/test";
import { openMain, startMainScene } from "../support/scripted-gateway/main-page.ts";

const OUT = resolve("out/renderer");
/** Of script, as it comes over the wire, besides the terminal's. */
const BUDGET_KB = 250;
/** What is fetched only when somebody opens it. (Dialogs and a call's details are fetched once the page stands.) */
const LATER = /\/(waterfall|markdown-text|addon-webgl)-[\w-]+\.js$/;

test("the first screen needs less than 250 KB of script besides the terminal, and fetches nothing that is opened later", async ({
  page,
}) => {
  const html = readFileSync(join(OUT, "index.html"), "utf8");
  const named = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+\.js)"/g)].map(([, path]) => path ?? "");
  expect(named.length).toBeGreaterThan(0);
  const sizes = named.map((path) => gzipSync(readFileSync(join(OUT, path))).length / 1_000);
  const sum = sizes.reduce((all, size) => all + size, 0);
  test.info().annotations.push({ type: "first screen", description: `${sum.toFixed(1)} KB of script` });
  expect(sum).toBeLessThan(BUDGET_KB);

  const gateway = await startMainScene();
  try {
    const fetched = new Set<string>();
    page.on("request", (request) => {
      const { pathname } = new URL(request.url());
      if (pathname.endsWith(".js")) fetched.add(pathname);
    });
    await openMain(page, gateway);
    expect(named.filter((path) => !fetched.has(path))).toEqual([]);
    expect([...fetched].filter((path) => LATER.test(path))).toEqual([]);
  } finally {
    await gateway.dispose();
  }
});
