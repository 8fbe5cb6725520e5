/** Proves that a picture or file that is pasted or dropped into a terminal reaches its program, privately, or says why not. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { Product } from "../support/product.ts";
import { terminal } from "../support/scripted-gateway/main-page.ts";
import { terminalInput } from "../support/type-in-terminal.ts";

let product: Product;
test.beforeAll(async () => {
  product = await Product.start();
});
test.afterAll(() => product.stop());

/** Says what it is given, as it came. */
const ECHO = "stty raw -echo; printf '\\033[?2004hready'; cat -v";
const start = () => product.createSession({ agent: "custom", command: "/bin/sh", args: ["-c", ECHO], label: "files" });

interface Given {
  name: string;
  type?: string;
  bytes: number;
}

/** As the browser gives what was copied or dragged elsewhere. */
async function give(page: Page, how: "paste" | "drop", given: Given[], text = ""): Promise<void> {
  await page.evaluate(
    ([kind, files, plain]) => {
      const data = new DataTransfer();
      for (const { name, type, bytes } of files)
        data.items.add(new File([new Uint8Array(bytes).fill(7)], name, { type: type ?? "image/png" }));
      if (plain !== "") data.setData("text/plain", plain);
      const target = document.querySelector(".xterm-helper-textarea");
      const init = { bubbles: true, cancelable: true };
      target?.dispatchEvent(
        kind === "paste"
          ? new ClipboardEvent("paste", { ...init, clipboardData: data })
          : new DragEvent("drop", { ...init, dataTransfer: data }),
      );
    },
    [how, given, text] as const,
  );
}

async function openSession(page: Page): Promise<string> {
  const id = await start();
  await product.open(page, `/session/${id}`);
  await expect(terminal(page)).toContainText("ready");
  await expect(terminalInput(page)).toBeFocused();
  return id;
}

/** What the terminal shows, its wrapped lines as one. */
const shown = async (page: Page) => (await terminal(page).locator(".xterm-rows").innerText()).replaceAll(/\s*\n/g, "");

test("P36: a pasted picture lies in a private file, its path is pasted, and it goes with its session", async ({
  page,
}) => {
  const id = await openSession(page);
  await give(page, "paste", [{ name: "../my shot.png", bytes: 300_000 }]);
  await expect
    .poll(() => shown(page))
    .toMatch(/\^\[\[200~(\/\S+\/files\/my-shot\.png)\^\[\[201~ $|my-shot\.png\^\[\[201~/);
  const [, path = ""] = /200~(\/.*?\/files\/my-shot\.png)/.exec(await shown(page)) ?? [];
  expect(readFileSync(path).length).toBe(300_000);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
  expect(await product.fetch(`/api/v1/sessions/${id}`, { method: "DELETE" })).toHaveProperty("ok", true);
  expect(existsSync(path)).toBe(false);
});

test("several files that are dropped come one after the other; text that is copied with one stays text", async ({
  page,
}) => {
  await openSession(page);
  await give(page, "drop", [
    { name: "a.txt", type: "text/plain", bytes: 3 },
    { name: "a.txt", type: "text/plain", bytes: 3 },
  ]);
  await expect.poll(() => shown(page)).toMatch(/files\/a\.txt\^\[\[201~.*files\/a-2\.txt\^\[\[201~/);
  await give(page, "paste", [{ name: "table.png", bytes: 10 }], "one\ttwo");
  await expect.poll(() => shown(page)).toMatch(/200~one.*two/);
  await give(page, "paste", [{ name: "report.pdf", bytes: 10 }], "report.pdf");
  await expect.poll(() => shown(page)).toContain("files/report.pdf");
});

test("what is too large is refused by the page, and by the gateway too; view-only devices hand over nothing", async ({
  page,
}) => {
  const id = await openSession(page);
  await give(page, "drop", [{ name: "film.mov", bytes: 20 * 1024 * 1024 + 1 }]);
  await expect(page.getByText("film.mov is larger than 20 MB.").first()).toBeVisible();
  const send = (body: Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
    product.fetch(`/api/v1/sessions/${id}/files?name=x`, {
      method: "POST",
      body,
      headers: { "content-type": "application/octet-stream", ...headers },
    });
  const large = await send(new Uint8Array(20 * 1024 * 1024 + 1));
  expect(large.status).toBe(413);
  expect(await large.json()).toMatchObject({ error: { code: "too-large" } });
  expect((await send(new Uint8Array(3), { "content-type": "text/plain" })).status).toBe(415);
  expect((await send(new Uint8Array(20 * 1024 * 1024))).status).toBe(201);
  const invited = await product.fetch("/api/v1/pairing", {
    method: "POST",
    body: JSON.stringify({ scope: "read-only" }),
  });
  const { link_code } = (await invited.json()) as { link_code: string };
  const paired = await product.fetch("/pair", { method: "POST", headers: { "x-pairing-code": link_code } });
  const { token } = (await paired.json()) as { token: string };
  expect((await send(new Uint8Array(3), { authorization: `Bearer ${token}` })).status).toBe(403);
});

test("a file on its way shows how far it is, and can be stopped", async ({ page }) => {
  const id = await openSession(page);
  let sent = 0;
  await page.route(`**/api/v1/sessions/${id}/files?*`, async (route) => {
    sent += 1;
    if (sent === 1) return;
    await route.abort();
  });
  await give(page, "paste", [{ name: "slow.png", bytes: 1_000 }]);
  await expect(terminal(page).getByText("Sending slow.png")).toBeVisible();
  await terminal(page).getByRole("button", { name: "Cancel" }).click();
  await expect(terminal(page).getByText("Sending slow.png")).toHaveCount(0);
  await give(page, "paste", [{ name: "lost.png", bytes: 1_000 }]);
  await expect(page.getByText(/lost\.png: The file did not arrive/).first()).toBeVisible();
  expect(await shown(page)).not.toContain("200~");
});
