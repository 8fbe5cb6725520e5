/**
 * Proves that an exported replay is a file that needs nothing else: opened from the disk, it moves the terminal and its
 * calls together, in the product's looks. The recording is a fixed one, so nobody waits for its time to pass.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import AxeBuilder from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import { exportReplay } from "../../main/gateway/history/export-replay.ts";
import { segmentPaths } from "../../main/home/recording/recording-format.ts";
import { bundleReplay } from "../../scripts/build/bundle-replay.ts";
import type { LogEntry } from "../../shared/events/tool-event.ts";

const BEGAN = Date.parse("2026-03-04T10:00:00.000Z");
const at = (ms: number) => new Date(BEGAN + ms).toISOString();
const HOSTILE = "</script><script>document.title='taken'</script>";
const MINUTE = 60_000;
const ERROR = "Validation failed\nname: required";

/** An hour in which little happens: what was printed, and the calls, at their milliseconds. */
const PRINTED: [ms: number, text: string][] = [
  [1_000, `FIRST-LINE ${HOSTILE}\r\n`],
  [10 * MINUTE, "MIDDLE-LINE\r\n"],
  [60 * MINUTE, "LAST-LINE\r\n"],
];
const EVENTS: [ms: number, event: object][] = [
  [1_500, { kind: "started", call: "a", tool: "search_code", server: "fs", args: { pattern: "legacyRoute" } }],
  [
    1_600,
    { kind: "finished", call: "a", tool: "search_code", result: { content: [{ type: "text", text: "four hits" }] } },
  ],
  [10 * MINUTE, { kind: "started", call: "b", tool: "build", server: "fs", args: {} }],
  [10 * MINUTE + 1_000, { kind: "progress", call: "b", tool: "build", progress: 1, total: 2, message: "half" }],
  [60 * MINUTE - 1_000, { kind: "finished", call: "b", tool: "build", progress: 2, total: 2 }],
  ...Array.from({ length: 40 }, (_, n): [number, object] => [
    60 * MINUTE - 900 + n,
    { kind: "started", call: `c${n}`, tool: "create", server: "fs" },
  ]),
  [60 * MINUTE - 100, { kind: "failed", call: "c39", tool: "create", error: { message: ERROR } }],
];

const folder = mkdtempSync(join(tmpdir(), "signalbox-replay-page-"));
const file = join(folder, "replay.html");
const address = pathToFileURL(file).href;

test.beforeAll(async () => {
  globalThis.__SIGNALBOX_REPLAY__ = await bundleReplay(resolve(import.meta.dirname, "../.."));
  const { out, index } = segmentPaths(join(folder, "s"), 0);
  mkdirSync(join(folder, "s"));
  writeFileSync(out, PRINTED.map(([, text]) => text).join(""));
  const lines: unknown[] = [{ version: 1, offset: 0, ms: 0, began_at: at(0), cols: 100, rows: 30 }];
  let end = 0;
  for (const [ms, text] of PRINTED) {
    end += Buffer.byteLength(text);
    lines.push(["output", ms, end]);
  }
  writeFileSync(index, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  async function* entries(): AsyncGenerator<LogEntry> {
    for (const [n, [ms, event]] of EVENTS.entries()) {
      yield { seq: n + 1, at: at(ms), event: { ...event, timestamp: at(ms) } } as LogEntry;
    }
  }
  const about = { title: HOSTILE, agent: "Claude Code", agent_version: "1.2.3", folder: "/home/ada/src/api" };
  const source = { folder, session: "s", title: HOSTILE, command: "claude", about };
  let html = "";
  for await (const piece of (await exportReplay(source, entries(), [])) ?? []) html += piece;
  writeFileSync(file, html);
});
test.afterAll(() => rmSync(folder, { recursive: true, force: true }));

const terminalOf = (page: Page) => page.getByRole("region", { name: "Terminal" });
const callsOf = (page: Page) => page.getByRole("list", { name: "Calls" }).locator(".call");
const positionOf = (page: Page) => page.getByRole("slider", { name: "Position" });

test("a replay opened from the disk moves the terminal and its calls together, and loads nothing", async ({ page }) => {
  const asked: string[] = [];
  const wrong: string[] = [];
  // Its own fonts are data in the file, and data is no request.
  page.on("request", (request) => !request.url().startsWith("data:") && asked.push(request.url()));
  page.on("pageerror", (error) => wrong.push(error.message));
  page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
  await page.goto(address);
  const [terminal, calls] = [terminalOf(page), callsOf(page)];

  // It opens with what was printed first, and says who made it, when and with what.
  await expect(page).toHaveTitle(HOSTILE);
  await expect(terminal).toContainText("FIRST-LINE");
  await expect(page.locator("header")).toContainText(/Claude Code 1\.2\.3.*\/home\/ada\/src\/api.*4 March 2026.*1 h/);
  await expect(calls).toHaveCount(42);
  await expect(calls.first()).toHaveAttribute("data-state", "later");

  // Keys as in asciinema: from call to call, and to the end. An hour with little to see is seconds long.
  await page.keyboard.press("]");
  await expect(calls.first()).toHaveAttribute("data-state", "running");
  await page.keyboard.press("]");
  await expect(calls.nth(1)).toHaveAttribute("data-state", "running");
  await expect(terminal).toContainText("MIDDLE-LINE");
  await expect(terminal).not.toContainText("LAST-LINE");
  await expect(positionOf(page)).toHaveAttribute("aria-valuetext", "10:00 of 1:00:00");
  expect(Number(await positionOf(page).getAttribute("max"))).toBeLessThan(15_000);
  // Its only step was told after a second.
  await positionOf(page).fill(String(Number(await positionOf(page).inputValue()) + 1_100));
  await expect(calls.nth(1).getByRole("progressbar")).toHaveAttribute("aria-valuenow", "50");

  await page.keyboard.press("End");
  await expect(terminal).toContainText("LAST-LINE");
  await expect(calls.nth(41)).toContainText("Validation failed");
  await expect(calls.nth(41)).toBeInViewport();
  // Finished, and nobody ever told a share of it: no bar.
  await expect(calls.first()).toHaveAttribute("data-state", "finished");
  await expect(page.getByRole("progressbar")).toHaveCount(0);

  await calls.first().getByRole("button", { name: "Details of search_code" }).click();
  await expect(calls.first()).toContainText('"pattern": "legacyRoute"');
  await expect(calls.first()).toContainText("four hits");

  // Back is from the beginning; what is skipped can be watched.
  await page.keyboard.press("Home");
  await expect(terminal).not.toContainText("MIDDLE-LINE");
  await page.getByRole("checkbox", { name: "Skip idle time" }).uncheck();
  await expect(positionOf(page)).toHaveAttribute("max", String(60 * MINUTE));
  await expect(page.locator(".marks .bad")).toHaveCount(1);

  // It plays to its end by itself.
  await page.getByRole("checkbox", { name: "Skip idle time" }).check();
  await page.getByRole("combobox", { name: "Speed" }).selectOption("64");
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await expect(positionOf(page)).toHaveAttribute("aria-valuetext", "1:00:00 of 1:00:00");
  await expect(page.getByRole("button", { name: "Play", exact: true })).toBeVisible();
  expect(asked).toEqual([address]);
  expect(wrong).toEqual([]);
});

test("a replay reads in light, dark and high contrast, at 400 px, and axe finds nothing serious", async ({ page }) => {
  await page.goto(address);
  await page.keyboard.press("End");
  await callsOf(page).first().getByRole("button", { name: "Details of search_code" }).click();
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  expect(await ground()).toBe("rgb(15, 17, 21)");
  await page.emulateMedia({ colorScheme: "light" });
  await expect.poll(ground).toBe("rgb(246, 247, 249)");
  const theme = page.getByRole("combobox", { name: "Theme" });
  for (const [name, width] of [
    ["Light", 1440],
    ["Dark", 900],
    ["High contrast", 400],
  ] as const) {
    await theme.selectOption(name);
    await page.setViewportSize({ width, height: 800 });
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    await page.screenshot({ path: `artifacts/replay-${width}.png` });
    if (name === "High contrast") continue;
    const { violations } = await new AxeBuilder({ page }).exclude(".xterm").analyze();
    expect(violations.filter(({ impact }) => impact === "serious" || impact === "critical")).toEqual([]);
  }
  await page.getByRole("button", { name: "Keys" }).click();
  await expect(page.getByRole("dialog", { name: "Keys" })).toContainText("Next failed call");
});
