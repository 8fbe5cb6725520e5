/** Proves that the page gets its files and the gateway's answers, and nothing beside its folder. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { listen } from "../../../test/support/listen.ts";
import { serveUi, type UiServer } from "./serve-ui.ts";

let folder: string;
let server: Server;
let url: string;
let seen: { request: IncomingMessage; body: string }[];
let ui: UiServer;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "signalbox-ui-"));
  mkdirSync(join(folder, "ui", "assets"), { recursive: true });
  mkdirSync(join(folder, "ui-secret"));
  writeFileSync(join(folder, "ui", "index.html"), "<title>Signalbox</title>");
  writeFileSync(join(folder, "ui", "assets", "a.js"), "1");
  writeFileSync(join(folder, "ui-secret", "b.txt"), "secret");
  symlinkSync(join(folder, "ui-secret", "b.txt"), join(folder, "ui", "out.txt"));
  symlinkSync(join(folder, "ui-secret"), join(folder, "ui", "linked"));
  seen = [];
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      seen.push({ request, body });
      response.writeHead(201, { "content-type": "application/json", "set-cookie": "a=b" });
      response.write("{");
      response.end("}");
    });
  });
  url = await listen(server);
  ui = serveUi({ folder: join(folder, "ui"), gateway: { url, token: "t0ken", previews } });
});
afterEach(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

const previews = { sources: "http://*.localhost:54400" };
const get = (path: string, init?: RequestInit) => ui.answer(new Request(`signalbox-app://ui${path}`, init));

it("the page comes with its type and a policy that allows no script but its own", async () => {
  const page = await get("/session/abc");
  expect(await page.text()).toContain("Signalbox");
  expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
  const policy = page.headers.get("content-security-policy") ?? "";
  expect(policy).toContain("script-src 'self';");
  expect(policy).toContain(`connect-src 'self' ${url.replace("http", "ws")}`);
  expect(policy).not.toMatch(/script-src[^;]*unsafe/);
  expect((await get("/assets/a.js")).headers.get("content-type")).toMatch(/javascript/);
});

it.each(["/out.txt", "/linked/b.txt", "/../ui-secret/b.txt", "/assets/none.js", "/assets.dir"])(
  "A19: %s gives nothing that is outside the folder",
  async (path) => {
    const answer = await get(path);
    expect(await answer.text()).not.toContain("secret");
    expect(answer.status).toBe(404);
  },
);

it("the gateway is asked with the owner's token, without an Origin, and its answer cannot act as a page", async () => {
  const answer = await get("/api/v1/sessions?x=1", {
    method: "POST",
    body: '{"agent":"demo"}',
    headers: { "content-type": "application/json", authorization: "Bearer forged", cookie: "c=1" },
  });
  expect(answer.status).toBe(201);
  expect(await answer.text()).toBe("{}");
  expect(answer.headers.get("content-security-policy")).toBe("default-src 'none'; sandbox");
  expect(answer.headers.get("set-cookie")).toBeNull();
  expect(seen).toHaveLength(1);
  expect(seen[0]?.request.url).toBe("/api/v1/sessions?x=1");
  expect(seen[0]?.request.headers).toMatchObject({ authorization: "Bearer t0ken" });
  expect(seen[0]?.request.headers.origin).toBeUndefined();
  expect(seen[0]?.request.headers.cookie).toBeUndefined();
  expect(seen[0]?.body).toBe('{"agent":"demo"}');
});

it("a gateway that is gone gives a clear error instead of an exception", async () => {
  server.close();
  server.closeAllConnections();
  const answer = await get("/api/v1/sessions");
  expect(answer.status).toBe(502);
  expect(await answer.json()).toMatchObject({ error: { code: "gateway-unreachable" } });
});

it("what a page that has gone was waiting for is given up; what it wanted changed is carried out", async () => {
  const closed = new Map<string, Promise<void>>();
  const come = new Map<string, () => void>();
  const here = new Map(["GET", "POST"].map((method) => [method, new Promise<void>((done) => come.set(method, done))]));
  const waiting: ServerResponse[] = [];
  const slow = createServer((request, response) => {
    const { method = "" } = request;
    closed.set(method, new Promise((resolve) => response.once("close", resolve)));
    waiting.push(response);
    come.get(method)?.();
  });
  const address = await listen(slow);
  const own = serveUi({ folder: join(folder, "ui"), gateway: { url: address, token: "t", previews } });
  const read = own.answer(new Request("signalbox-app://ui/api/v1/search"));
  const write = own.answer(new Request("signalbox-app://ui/api/v1/sessions", { method: "POST", body: "{}" }));
  await Promise.all(here.values());
  own.abandon();
  await closed.get("GET");
  expect((await read).status).toBe(502);
  for (const response of waiting) response.end("{}");
  expect((await write).status).toBe(200);
  slow.close();
});
