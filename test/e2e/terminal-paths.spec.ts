/** Proves that paths in a terminal lead to their files: which of them are links, where they lead, and what opens them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { Product } from "../support/product.ts";
import { openMain, session, startMainScene, terminal } from "../support/scripted-gateway/main-page.ts";
import type { ScriptedGateway } from "../support/scripted-gateway/scripted-gateway.ts";
import { terminalInput } from "../support/type-in-terminal.ts";

/** What the page asks its browser to open, other than pages. */
async function hearAddresses(page: Page): Promise<() => Promise<string[]>> {
  await page.addInitScript(() => {
    const opened: string[] = [];
    Object.assign(window, { openedAddresses: opened });
    addEventListener(
      "click",
      (event) => {
        if (!(event.target instanceof HTMLAnchorElement)) return;
        event.preventDefault();
        opened.push(event.target.href);
      },
      true,
    );
  });
  return () => page.evaluate(() => (window as unknown as { openedAddresses: string[] }).openedAddresses);
}

const withSettings = (page: Page, settings: object) =>
  page.addInitScript((text) => localStorage.setItem("signalbox.settings", text), JSON.stringify(settings));

/** Points at a cell of the terminal's screen until its target is shown, and clicks it with Ctrl. */
async function follow(page: Page, row: number, column: number, target: string | RegExp, before = async () => {}) {
  const screen = await terminal(page).locator(".xterm-screen").boundingBox();
  const line = await terminal(page).locator(".xterm-rows > div").first().boundingBox();
  const at = { x: (screen?.x ?? 0) + column * 7.8, y: (screen?.y ?? 0) + (row + 0.5) * (line?.height ?? 17) };
  const point = () =>
    expect(async () => {
      await page.mouse.move(at.x + 60, at.y + 150);
      await page.mouse.move(at.x, at.y, { steps: 3 });
      await expect(terminal(page).getByText(target)).toBeVisible({ timeout: 10_000 });
    }).toPass();
  // A click that also gives it the focus would meet a terminal that is just being drawn, without its links.
  await page.mouse.click(at.x + 60, at.y + 150);
  await expect(terminalInput(page)).toBeFocused();
  await point();
  await before();
  await point();
  await page.keyboard.down("Control");
  await page.mouse.click(at.x, at.y);
  await page.keyboard.up("Control");
}

test.describe("in a terminal", () => {
  let gateway: ScriptedGateway;
  test.beforeEach(async () => {
    gateway = await startMainScene();
  });
  test.afterEach(() => gateway.dispose());
  const show = (text: string) => gateway.sendTerminal(session, new TextEncoder().encode(`\u001b[2J\u001b[H${text}`));

  test("A25: a path that exists is a link to its file, at its line, with the key alone; others are text", async ({
    page,
  }) => {
    const opened = await hearAddresses(page);
    await openMain(page, gateway);
    show("error in src/fold.ts:12:3 and src/none.ts:4\r\n");
    await expect(terminal(page)).toContainText("src/none.ts");
    await follow(page, 0, 12, "/home/me/src/api/src/fold.ts:12:3 · Ctrl+click to open in VS Code", async () => {
      const screen = await terminal(page).locator(".xterm-screen").boundingBox();
      await page.mouse.click((screen?.x ?? 0) + 12 * 7.8, (screen?.y ?? 0) + 8);
      expect(await opened()).toEqual([]);
    });
    await expect.poll(opened).toEqual(["vscode://file/home/me/src/api/src/fold.ts:12:3"]);
    await page.mouse.move(0, 0);
    const screen = await terminal(page).locator(".xterm-screen").boundingBox();
    await page.mouse.move((screen?.x ?? 0) + 36 * 7.8, (screen?.y ?? 0) + 8, { steps: 3 });
    await expect(terminal(page).getByText(/Ctrl\+click/)).toHaveCount(0);
    // One request for the whole line.
    const asked = gateway.requests.filter(({ path }) => path.endsWith("/paths"));
    expect(asked.map(({ body }) => JSON.parse(body).paths)).toEqual([["src/fold.ts", "src/none.ts"]]);
  });

  test("A25: a file that a program marks opens, over SSH where its machine has a name; nothing else that it marks does", async ({
    page,
  }) => {
    const opened = await hearAddresses(page);
    const asked: string[] = [];
    page.on("dialog", (dialog) => {
      asked.push(dialog.message());
      void dialog.dismiss();
    });
    await withSettings(page, { editor: "cursor", editorHost: "me@build-1" });
    await openMain(page, gateway);
    const mark = (address: string, text: string) => `\u001b]8;;${address}\u0007${text}\u001b]8;;\u0007\r\n`;
    show(mark("file:///home/me/notes.txt#L7", "my notes") + mark("javascript:alert(1)", "click here"));
    await follow(page, 0, 3, "/home/me/notes.txt:7 · Ctrl+click to open in Cursor");
    await expect.poll(opened).toEqual(["cursor://vscode-remote/ssh-remote+me%40build-1/home/me/notes.txt:7"]);
    await follow(page, 1, 3, /^javascript:alert\(1\) · is not opened/);
    await expect.poll(() => asked.join()).toContain("This link was not opened.");
    expect(await opened()).toHaveLength(1);
  });

  test("the keyboard opens paths from the list of links", async ({ page }) => {
    const opened = await hearAddresses(page);
    await withSettings(page, { editor: "idea" });
    await openMain(page, gateway);
    show("src/fold.ts:12\r\n");
    await expect(terminal(page)).toContainText("fold.ts:12");
    await page.keyboard.press("F1");
    await page.keyboard.type("open a link");
    await expect(page.getByRole("option", { name: "Open a link from the terminal" })).toBeVisible();
    await page.keyboard.press("Enter");
    await page
      .getByRole("dialog", { name: "Open a link" })
      .getByRole("button", { name: "/home/me/src/api/src/fold.ts:12" })
      .press("Enter");
    await expect.poll(opened).toEqual(["idea://open?file=%2Fhome%2Fme%2Fsrc%2Fapi%2Fsrc%2Ffold.ts&line=12"]);
  });
});

test("a path opens in $EDITOR beside its session, found from the session's folder by the daemon", async ({ page }) => {
  const folder = mkdtempSync(join(tmpdir(), "signalbox-e2e-"));
  mkdirSync(join(folder, "src"));
  writeFileSync(join(folder, "src", "a.ts"), "");
  const editor = join(folder, "nano");
  writeFileSync(editor, '#!/bin/sh\necho "editing $*"\nread line\n', { mode: 0o700 });
  const product = await Product.start({ env: { VISUAL: editor } });
  try {
    const id = await product.createSession({
      agent: "custom",
      command: "/bin/sh",
      args: ["-c", "echo src/a.ts:3:5; read line"],
      cwd: folder,
      label: "paths",
    });
    const asked = await product.fetch(`/api/v1/sessions/${id}/paths`, {
      method: "POST",
      body: JSON.stringify({ paths: ["src/a.ts", "src/none.ts", "src"] }),
    });
    expect(await asked.json()).toEqual({
      paths: [{ path: join(folder, "src", "a.ts"), kind: "file" }, null, { path: join(folder, "src"), kind: "folder" }],
    });
    await withSettings(page, { editor: "env" });
    await product.open(page, `/session/${id}`);
    await expect(terminal(page)).toContainText("src/a.ts:3:5");
    await follow(page, 0, 3, /src\/a\.ts:3:5 · Ctrl\+click to open in \$EDITOR$/);
    await expect(page.getByRole("option", { name: /nano a\.ts/ })).toBeVisible();
    await expect(terminal(page)).toContainText(`editing +3,5 ${join(folder, "src", "a.ts")}`);
  } finally {
    await product.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
