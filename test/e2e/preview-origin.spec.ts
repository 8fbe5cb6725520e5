/** Proves previews in Chromium through the built product: a real dev server with hot reload, and pages that mean harm. */
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join, resolve } from "node:path";
import { expect, type FrameLocator, type Page, test } from "@playwright/test";
import { parseJson, z } from "../../shared/protocol/schema.ts";
import { freePort } from "../support/listen.ts";
import { Product } from "../support/product.ts";

const VITE = resolve("node_modules/vite/bin/vite.js");
const grantSchema = z.object({ url: z.string() });
const previewsSchema = z.object({ previews: z.array(z.object({ url: z.string() })) });

let products: Product[] = [];
test.beforeEach(async () => {
  products = [await Product.start({ env: { SHELL: "/bin/sh" } })];
});
test.afterEach(() => Promise.all(products.map((product) => product.stop())));

async function grant(product: Product, id: string, port: number): Promise<string> {
  const answer = await product.fetch(`/api/v1/sessions/${id}/previews/${port}/grant`, { method: "POST", body: "{}" });
  const parsed = parseJson(grantSchema, await answer.text());
  if (!parsed.ok) throw new Error(`no grant: ${answer.status}`);
  return parsed.value.url;
}

async function previewUrl(product: Product, id: string): Promise<string> {
  const answer = await product.fetch(`/api/v1/sessions/${id}/previews`);
  const parsed = parseJson(previewsSchema, await answer.text());
  return parsed.ok ? (parsed.value.previews[0]?.url ?? "") : "";
}

/** A session whose program is a script of Node's that serves on the given port. */
function serving(product: Product, port: number, script: string): Promise<string> {
  const cwd = product.workFolder({ "serve.cjs": script });
  const command = { agent: "custom", command: process.execPath, args: ["serve.cjs", `${port}`], cwd };
  return product.createSession({ ...command, expose: [{ port }] });
}

const viteFiles = {
  "index.html": '<!doctype html><div id="app"></div><script type="module" src="/main.js"></script>',
  "main.js":
    'import { text } from "./text.js";\nconst show = (word) => { document.querySelector("#app").textContent = word; };\nshow(text);\nif (import.meta.hot) import.meta.hot.accept("./text.js", (next) => show(next.text));\n',
  "text.js": 'export const text = "first";\n',
};

async function viteSession(product: Product): Promise<{ id: string; port: number; cwd: string }> {
  const port = await freePort();
  const cwd = product.workFolder(viteFiles);
  const args = [VITE, "--port", `${port}`, "--strictPort", "--host", "127.0.0.1"];
  const id = await product.createSession({
    agent: "custom",
    command: process.execPath,
    args,
    cwd,
    expose: [{ port }],
  });
  return { id, port, cwd };
}

/** The address is open before the server is: the page that waits loads the real one. */
async function hotReload(page: Page, inside: Page | FrameLocator, cwd: string): Promise<void> {
  const app = inside.locator("#app");
  await expect(app).toHaveText("first");
  await expect
    .poll(() => app.evaluate(() => performance.getEntriesByType("resource").some(({ name }) => /@vite/.test(name))))
    .toBe(true);
  await app.evaluate((element) => element.setAttribute("data-kept", "yes"));
  // Only an open socket hears of an edit.
  await expect.poll(() => sockets(page)).toBeGreaterThan(0);
  writeFileSync(join(cwd, "text.js"), 'export const text = "second";\n');
  await expect(app).toHaveText("second");
  await expect(app).toHaveAttribute("data-kept", "yes");
}

const opened = new WeakMap<Page, number>();
const sockets = (page: Page) => opened.get(page) ?? 0;
function countSockets(page: Page): void {
  page.on("websocket", (socket) =>
    socket.once("framereceived", () => {
      if (/s-[^/]*localhost/.test(socket.url())) opened.set(page, sockets(page) + 1);
    }),
  );
}

test("Vite's page changes with an edit and is not loaded again: in a tab of its own, and in a frame of the gateway's page", async ({
  page,
  context,
}) => {
  const [product] = products as [Product];
  const { id, port, cwd } = await viteSession(product);
  countSockets(page);
  await page.goto(await grant(product, id, port));
  await hotReload(page, page, cwd);
  expect(page.url()).toBe(await previewUrl(product, id));

  writeFileSync(join(cwd, "text.js"), viteFiles["text.js"]);
  await expect(page.locator("#app")).toHaveText("first");
  const window = await context.newPage();
  countSockets(window);
  await product.open(window);
  const address = await grant(product, id, port);
  await window.evaluate((src) => {
    const frame = document.createElement("iframe");
    frame.name = "preview";
    frame.src = src;
    document.body.append(frame);
  }, address);
  await hotReload(window, window.frameLocator('iframe[name="preview"]'), cwd);
});

test("A34: a preview's page reaches nothing of the gateway: no storage, no routes, no sockets, no frame, no cookie elsewhere", async ({
  page,
}) => {
  const [product] = products as [Product];
  const port = await freePort();
  const script = `require("node:http").createServer((request, response) => {
    response.setHeader("content-type", request.url === "/worker.js" ? "text/javascript" : "text/html");
    response.setHeader("set-cookie", "tossed=1; Domain=localhost; Path=/");
    response.end(request.url === "/worker.js" ? "" : "<!doctype html><title>evil</title><p id=cookie>" + (request.headers.cookie ?? "none"));
  }).listen(Number(process.argv[2]), "127.0.0.1")`;
  const id = await serving(product, port, script);
  const other = await serving(product, await freePort(), script);
  await product.open(page);
  await expect(page.getByRole("main").first()).toBeVisible();
  await expect
    .poll(async () => (await product.fetch(`/s/${id}/`)).status, { message: "the program listens" })
    .toBe(200);
  await page.goto(await grant(product, id, port));
  await expect(page).toHaveTitle("evil");
  const otherUrl = await previewUrl(product, other);
  const own = product.url;
  const aliases = [own, own.replace("127.0.0.1", "localhost")];
  const found = await page.evaluate(
    async ([aliases, otherUrl, path]: [string[], string, string]) => {
      const outcome = (work: Promise<unknown>) =>
        work.then(
          (value) => String(value),
          () => "refused",
        );
      const results: Record<string, string> = {};
      for (const gateway of aliases) {
        results[`read ${gateway}`] = await outcome(fetch(`${gateway}/api/v1/app`).then((answer) => answer.text()));
        results[`write ${gateway}`] = await outcome(
          fetch(`${gateway}/api/v1/sessions`, { method: "POST", body: "{}" }).then((answer) => answer.text()),
        );
        results[`path ${gateway}`] = await outcome(
          fetch(gateway + path, { credentials: "include" }).then((answer) => answer.text()),
        );
        results[`socket ${gateway}`] = await new Promise((resolve) => {
          const socket = new WebSocket(`${gateway.replace("http", "ws")}/ws/app`);
          socket.onopen = () => resolve("open");
          socket.onerror = () => resolve("refused");
        });
        results[`frame ${gateway}`] = await new Promise((resolve) => {
          const frame = document.createElement("iframe");
          frame.onload = () => {
            try {
              // A page that was refused is an opaque error page: nothing of it can be read either way.
              resolve(String(frame.contentWindow?.localStorage.length));
            } catch {
              resolve("refused");
            }
          };
          frame.src = gateway;
          document.body.append(frame);
        });
      }
      results.sibling = await outcome(fetch(otherUrl, { credentials: "include" }).then((answer) => answer.text()));
      // biome-ignore lint/suspicious/noDocumentCookie: a page that means harm does it so.
      document.cookie = "__Host-signalbox-preview=mine; Secure; Path=/; Domain=localhost";
      // biome-ignore lint/suspicious/noDocumentCookie: the same.
      document.cookie = "everywhere=1; Domain=localhost; Path=/";
      results.visible = String(/signalbox-preview|everywhere/.test(document.cookie));
      results.stored = String(localStorage.length + sessionStorage.length);
      return results;
    },
    [aliases, otherUrl, `/s/${id}/`] as [string[], string, string],
  );
  const { visible, stored, ...rest } = found;
  expect(Object.entries(rest).filter(([, value]) => value !== "refused")).toEqual([]);
  expect([visible, stored]).toEqual(["false", "0"]);
  const frames = page.frames().filter((frame) => frame !== page.mainFrame());
  for (const frame of frames) expect(await frame.title()).not.toContain("Signalbox");
  // The program sees its own cookie again, host-only, and not ours.
  await page.reload();
  await expect(page.locator("#cookie")).toHaveText("tossed=1");
  await page.goto(await grant(product, other, Number(/-(\d+)\.localhost/.exec(otherUrl)?.[1])));
  await expect(page.locator("#cookie")).toHaveText("none");
});

test("what a program serves below the gateway's address runs nothing in a browser", async ({ page }) => {
  const [product] = products as [Product];
  const port = await freePort();
  const id = await serving(
    product,
    port,
    `require("node:http").createServer((request, response) => {
      response.setHeader("content-type", "text/html");
      response.setHeader("content-security-policy", "script-src 'unsafe-inline'; sandbox allow-scripts allow-same-origin");
      response.setHeader("clear-site-data", '"cookies", "storage"');
      response.end("<!doctype html><p>still</p><script>document.querySelector('p').textContent = 'ran ' + localStorage.length</script>");
    }).listen(Number(process.argv[2]), "127.0.0.1")`,
  );
  await product.open(page);
  await expect(page.getByRole("main").first()).toBeVisible();
  const kept = await page.evaluate(() => localStorage.length);
  expect(kept).toBeGreaterThan(0);
  await expect.poll(async () => (await product.fetch(`/s/${id}/`)).status).toBe(200);
  await page.goto(`${product.url}/s/${id}/?token=${product.token}`);
  await expect(page.locator("p")).toHaveText("still");
  await page.goto(product.url);
  // The page may have kept more since.
  expect(await page.evaluate(() => localStorage.length)).toBeGreaterThanOrEqual(kept);
});

test("a page's events, uploads and sockets pass; two homes serve the same port each at its own address", async ({
  page,
  context,
}) => {
  const [one] = products as [Product];
  const two = await Product.start({ env: { SHELL: "/bin/sh" } });
  products.push(two);
  const port = await freePort();
  const ws = JSON.stringify(resolve("node_modules/ws"));
  const id = await serving(
    one,
    port,
    `const { WebSocketServer } = require(${ws});
    const { createHash } = require("node:crypto");
    const server = require("node:http").createServer((request, response) => {
      if (request.url === "/events") {
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write("data: one\\n\\n");
        request.socket.once("close", () => {});
        globalThis.more = () => response.write("data: two\\n\\n");
      } else if (request.url === "/more") { globalThis.more(); response.end(); }
      else if (request.method === "POST") {
        const hash = createHash("sha256");
        request.on("data", (bytes) => hash.update(bytes));
        request.on("end", () => response.end(hash.digest("hex")));
      } else { response.setHeader("content-type", "text/html"); response.end("<!doctype html><title>app</title>"); }
    });
    new WebSocketServer({ server }).on("connection", (socket) => socket.on("message", (data, binary) => socket.send(data, { binary })));
    server.listen(Number(process.argv[2]), "127.0.0.1")`,
  );
  const twin = await serving(two, port, "setInterval(() => {}, 1000)");
  await expect.poll(async () => (await one.fetch(`/s/${id}/`)).status).toBe(200);
  await page.goto(await grant(one, id, port));
  await expect(page).toHaveTitle("app");
  const outcome = await page.evaluate(async () => {
    const events = await new Promise<string[]>((done) => {
      const got: string[] = [];
      const source = new EventSource("/events");
      source.onmessage = ({ data }) => {
        got.push(String(data));
        if (got.length === 1) void fetch("/more");
        else {
          source.close();
          done(got);
        }
      };
    });
    const bytes = new Uint8Array(5_000_000).fill(7);
    const form = new File([bytes], "upload.bin");
    const uploaded = await (await fetch("/upload", { method: "POST", body: form })).text();
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    const expected = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    const frames = await new Promise<number>((done, failed) => {
      const socket = new WebSocket(location.origin.replace("http", "ws"));
      let next = 0;
      socket.onopen = () => {
        for (let n = 0; n < 10_000; n += 1) socket.send(`frame ${n}`);
      };
      socket.onmessage = ({ data }) => {
        if (data !== `frame ${next}`) failed(new Error(`${data} in place of ${next}`));
        next += 1;
        if (next === 10_000) done(next);
      };
      socket.onclose = ({ code }) => failed(new Error(`closed with ${code} after ${next}`));
    });
    return { events, whole: uploaded === expected, frames };
  });
  expect(outcome).toEqual({ events: ["one", "two"], whole: true, frames: 10_000 });

  const second = await context.newPage();
  await second.goto(await grant(two, twin, port));
  await expect(second).toHaveTitle("app");
  expect(new URL(second.url()).host).not.toBe(new URL(page.url()).host);
  await second.context().clearCookies();
  await second.goto(await previewUrl(two, twin));
  await expect(second.getByRole("heading", { name: "This preview is closed." })).toBeVisible();
});

test("a preview comes back at its own address after its daemon was killed and its gateway began again", async ({
  page,
}) => {
  const [product] = products as [Product];
  const port = await freePort();
  const id = await serving(product, port, "setInterval(() => {}, 1000)");
  const url = await previewUrl(product, id);
  await page.goto(await grant(product, id, port));
  await expect(page.getByRole("heading", { name: `Nothing listens on port ${port}.` })).toBeVisible();
  process.kill(product.daemonPid(), "SIGKILL");
  const server = createServer((_, response) => response.end("<title>back</title>"));
  await new Promise<void>((listening) => server.listen(port, "127.0.0.1", listening));
  try {
    // Nobody touches the page: it finds the program by itself.
    await expect(page).toHaveTitle("back");
    await product.stopGateway();
    await product.startGateway();
    expect(await previewUrl(product, id)).toBe(url);
    await page.goto(await grant(product, id, port));
    await expect(page).toHaveTitle("back");
    expect(page.url()).toBe(url);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
