/** Proves at the running product that nobody gets in without a token, from another page, or under another name. */
import { request } from "node:http";
import { expect, test } from "@playwright/test";
import { WebSocket } from "ws";
import { Product } from "../support/product.ts";

let product: Product;
let id: string;
test.beforeAll(async () => {
  product = await Product.start();
  id = await product.createSession({ agent: "shell", cwd: product.workFolder() });
});
test.afterAll(() => product.stop());

/** Status of a plain request with exactly these headers. */
function status(path: string, headers: Record<string, string>): Promise<number> {
  return new Promise((done, fail) => {
    // A connection each: one that never showed a token is cut after a while, also under a request.
    const options = { headers, setHost: headers.host === undefined, agent: false };
    const sent = request(product.url + path, options, (response) => {
      response.resume();
      done(response.statusCode ?? 0);
    });
    sent.on("error", fail).end();
  });
}

/** Status with which an upgrade is refused, or 101. */
function upgrade(
  path: string,
  headers: Record<string, string>,
  protocols: string[] = ["signalbox.v1"],
): Promise<number> {
  return new Promise((done) => {
    const socket = new WebSocket(product.url.replace("http", "ws") + path, protocols, { headers });
    socket.on("open", () => {
      socket.close();
      done(101);
    });
    socket.on("unexpected-response", (_request, response) => done(response.statusCode ?? 0));
    socket.on("error", () => {});
  });
}

const SOCKETS = () => [`/ws/app`, `/ws/mcp/events?session_id=${id}`, `/ws/terminal?session_id=${id}`];

test("the right token opens every socket", async () => {
  for (const path of SOCKETS())
    expect(await upgrade(path, { authorization: `Bearer ${product.token}` }), path).toBe(101);
  for (const path of SOCKETS()) {
    expect(await upgrade(path, {}, ["signalbox.v1", `bearer.${product.token}`]), path).toBe(101);
  }
});

test("a wrong or missing token is refused before the upgrade", async () => {
  for (const path of SOCKETS()) {
    expect(await upgrade(path, {}), path).toBe(401);
    expect(await upgrade(path, { authorization: `Bearer ${"0".repeat(64)}` }), path).toBe(401);
  }
  expect(await status("/api/v1/app", {})).toBe(401);
});

test("A1: a foreign, null or look-alike Origin is refused even with the right token", async () => {
  const authorization = `Bearer ${product.token}`;
  const port = new URL(product.url).port;
  for (const origin of ["https://evil.test", "null", `http://127.0.0.1:${port}.evil.test`, "http://localhost:1"]) {
    for (const path of SOCKETS()) expect(await upgrade(path, { authorization, origin }), `${origin} ${path}`).toBe(403);
    for (const path of ["/", "/api/v1/health", "/api/v1/app"]) {
      expect(await status(path, { authorization, origin }), `${origin} ${path}`).toBe(403);
    }
  }
});

test("A3: a Host that is not ours is refused on every route, the page and health included", async () => {
  const authorization = `Bearer ${product.token}`;
  const port = new URL(product.url).port;
  for (const host of [`evil.test:${port}`, `127.0.0.1.:${port}`, "127.0.0.1", "localhost:1"]) {
    for (const path of ["/", "/api/v1/health", "/api/v1/app"]) {
      expect([400, 421], `${host} ${path}`).toContain(await status(path, { authorization, host }));
    }
    for (const path of SOCKETS()) expect([400, 421]).toContain(await upgrade(path, { authorization, host }));
  }
});

test("A5: a page of another site cannot open a socket, whatever its cookies", async ({ page }) => {
  await page.goto("about:blank");
  const outcome = await page.evaluate(
    (url) =>
      new Promise((done) => {
        const socket = new WebSocket(url, "signalbox.v1");
        socket.onopen = () => done("open");
        socket.onerror = () => done("refused");
      }),
    `${product.url.replace("http", "ws")}/ws/app`,
  );
  expect(outcome).toBe("refused");
});
