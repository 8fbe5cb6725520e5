/** Proves with real processes that an open page sends its token to nobody but its gateway, whoever takes the port meanwhile. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { expect, type Page, test } from "@playwright/test";
import { Product } from "../support/product.ts";

let product: Product;
test.beforeEach(async () => {
  product = await Product.start();
});
test.afterEach(() => product.stop());

interface Stranger {
  readonly heads: string[];
  end(): Promise<void>;
}

/** Takes the gateway's port, notes all that it is sent, and answers with `answer` (503 without one). */
async function takePort(
  url: string,
  answer?: (request: IncomingMessage) => Promise<{ status: number; text: string }>,
): Promise<Stranger> {
  const heads: string[] = [];
  const note = (request: IncomingMessage) =>
    heads.push(`${request.method} ${request.url}\n${JSON.stringify(request.rawHeaders)}`);
  const server: Server = createServer((request, response) => {
    note(request);
    void (answer?.(request) ?? Promise.resolve({ status: 503, text: "" })).then(({ status, text }) => {
      response.writeHead(status, { "content-type": "application/json" }).end(text);
    });
  });
  server.on("upgrade", (request, socket) => {
    note(request);
    socket.end("HTTP/1.1 503 Service Unavailable\r\n\r\n");
  });
  server.listen(Number(new URL(url).port), "127.0.0.1");
  await once(server, "listening");
  return {
    heads,
    async end() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

const tokenOf = (page: Page) => page.evaluate(() => localStorage.getItem("signalbox.token") ?? "");

/** A page with an open terminal, as a person leaves it. */
async function openPage(page: Page): Promise<string> {
  const id = await product.createSession({ agent: "shell", cwd: product.workFolder() });
  await product.open(page, `/session/${id}`);
  await expect(page.getByRole("textbox", { name: "Terminal input. F6 leads out of it." })).toBeAttached();
  await expect(page.getByText("Connecting to the terminal…")).toHaveCount(0);
  return tokenOf(page);
}

for (const signal of ["SIGKILL", "SIGTERM"] as const) {
  test(`P4: a stranger on the port of a gateway that went (${signal}) gets no token from an open page, which comes back later`, async ({
    page,
  }) => {
    const token = await openPage(page);
    await product.stopGateway(signal);
    const stranger = await takePort(product.url);
    await expect.poll(() => stranger.heads.length).toBeGreaterThan(3);
    // What a person does meanwhile sends nothing either.
    await page.keyboard.press("Control+k");
    await page.keyboard.type("anything at all");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Reconnect now" }).first().click();
    const count = stranger.heads.length;
    await expect.poll(() => stranger.heads.length).toBeGreaterThan(count);
    for (const head of stranger.heads) {
      expect(head.split("\n")[0]).toMatch(/^GET \/api\/v1\/proof\?nonce=[0-9a-f]{32}&device=[0-9a-f]{32}$/);
      expect(head).not.toContain(token);
    }
    await stranger.end();
    await product.startGateway();
    await page.getByRole("button", { name: "Reconnect now" }).first().click();
    await expect(page.getByRole("button", { name: "Reconnect now" })).toHaveCount(0);
    expect(await tokenOf(page)).toBe(token);
  });
}

test("P4: a stranger that passes the question on to the gateway, which came back elsewhere, gets no token", async ({
  page,
}) => {
  const token = await openPage(page);
  const old = product.url;
  await product.stopGateway("SIGKILL");
  const stranger = await takePort(old, async (request) => {
    const passed = await fetch(product.url + (request.url ?? "")).catch(() => undefined);
    return passed === undefined ? { status: 503, text: "" } : { status: passed.status, text: await passed.text() };
  });
  // On another port, since its own is taken: the page does not know.
  product.url = "";
  await product.startGateway();
  expect(product.url).not.toBe(old);
  await expect(page.getByText(/can't prove that it is your Signalbox/).first()).toBeVisible();
  for (const head of stranger.heads) expect(head).not.toContain(token);
  await stranger.end();
});

test("P4: a stranger that says it does not know the browser cannot make it forget its token", async ({ page }) => {
  const token = await openPage(page);
  await product.stopGateway("SIGKILL");
  const stranger = await takePort(product.url, async () => ({
    status: 404,
    text: '{"error":{"code":"unknown-device","message":"no"}}',
  }));
  await expect(page.getByRole("heading", { name: "Connect this browser" })).toBeVisible();
  for (const head of stranger.heads) expect(head).not.toContain(token);
  await stranger.end();
  await product.startGateway();
  await page.reload();
  await expect(page.getByRole("textbox", { name: "Terminal input. F6 leads out of it." })).toBeAttached();
});

test("a browser whose access was taken away while it was closed is asked to sign in", async ({ page }) => {
  const token = await openPage(page);
  await page.goto("about:blank");
  const { devices } = (await (await product.fetch("/api/v1/devices")).json()) as { devices: { id: string }[] };
  for (const { id } of devices) await product.fetch(`/api/v1/devices/${id}`, { method: "DELETE" });
  await page.goto(product.url);
  await expect(page.getByRole("heading", { name: "Connect this browser" })).toBeVisible();
  expect(token).toMatch(/^[0-9a-f]{64}$/);
});
