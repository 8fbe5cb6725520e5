/** Proves that what goes wrong outside is said where the person looks, in a sentence, while everything else goes on. */

import { mkdtempSync, symlinkSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "@playwright/test";
import type { AppState } from "../../shared/protocol/app-frames.ts";
import { appStateSchema } from "../../shared/protocol/app-frames.ts";
import { faultBodySchema } from "../../shared/protocol/fault.ts";
import { parseJson } from "../../shared/protocol/schema.ts";
import { Product, signalbox } from "../support/product.ts";

/** For what waits until processes have started. */
const STARTING = { timeout: 45_000 };

let product: Product;
test.afterEach(() => product.stop());

async function app(): Promise<AppState> {
  const state = parseJson(appStateSchema, await (await product.fetch("/api/v1/app")).text());
  if (!state.ok) throw new Error(state.reason);
  return state.value;
}

async function refused(request: object): Promise<{ status: number; message: string; hint: string }> {
  const response = await product.fetch("/api/v1/sessions", { method: "POST", body: JSON.stringify(request) });
  const body = parseJson(faultBodySchema, await response.text());
  if (!body.ok) throw new Error(`${response.status}: ${body.reason}`);
  const { message, hint = "" } = body.value.error;
  return { status: response.status, message, hint };
}

const node = (code: string) => ({ command: process.execPath, args: ["-e", code] });

test("servers that do not start, exit, answer garbage or never answer are named with their reason; the good one serves", async ({
  page,
}) => {
  product = await Product.start({
    servers: {
      good: {
        command: process.execPath,
        args: [resolve("node_modules/@modelcontextprotocol/server-everything/dist/index.js")],
      },
      absent: { command: "/nowhere/at-all" },
      exits: node("console.error('missing API key'); process.exit(3)"),
      garbage: node("setInterval(() => console.log('<html>'), 50)"),
      silent: node("setInterval(() => {}, 1000)"),
    },
  });
  const server = (name: string) => async () => (await app()).servers.find((each) => each.name === name) ?? {};
  const failed = (reason: RegExp) => ({ state: "failed", reason: expect.stringMatching(reason) });
  await expect.poll(server("good"), STARTING).toMatchObject({ state: "ready" });
  await expect.poll(server("absent"), STARTING).toMatchObject(failed(/nowhere/));
  await expect.poll(server("exits"), STARTING).toMatchObject(failed(/missing API key/));

  await product.open(page);
  await page.getByRole("button", { name: /^Daemon/ }).click();
  await expect(page.getByText(/missing API key/).first()).toBeVisible();
  await page.screenshot({ path: "artifacts/servers-failed.png" });
});

test("a servers.json with an error says where, and is picked up when it is mended", async () => {
  product = await Product.start({ servers: {} });
  product.writeHome("servers.json", '{\n  "mcpServers": {\n    "broken": {,}\n  }\n}');
  await expect.poll(async () => (await app()).servers_error ?? "", STARTING).toMatch(/line 3/);
  product.writeHome("servers.json", JSON.stringify({ mcpServers: { later: node("process.exit(1)") } }));
  const mended = async () => {
    const { servers, servers_error } = await app();
    return { names: servers.map((server) => server.name), error: servers_error };
  };
  await expect.poll(mended, STARTING).toEqual({ names: expect.arrayContaining(["later"]), error: undefined });
});

test("a folder that is gone and an agent that is not installed are refused with the next step", async () => {
  // Whoever runs this may have any agent in the usual folders.
  const bare = mkdtempSync(join(tmpdir(), "signalbox-path-"));
  symlinkSync("/bin/sh", join(bare, "sh"));
  product = await Product.start({ env: { PATH: bare, SHELL: join(bare, "sh") } });
  const gone = await refused({ agent: "shell", cwd: join(product.folder, "gone") });
  expect(gone.status).toBe(400);
  expect(gone.message).toContain("gone");
  const missing = await refused({ agent: "claude", cwd: product.workFolder() });
  expect(missing.message).toBe("`claude` wasn't found on PATH.");
  expect(missing.hint).not.toBe("");
  const nothing = await refused({ agent: "custom", cwd: product.workFolder() });
  expect(nothing.status).toBe(400);
  expect((await app()).sessions).toEqual([]);
});

test("a port that is taken, a second gateway and a wrong option end with one clear line and the right exit code", async () => {
  product = await Product.start();
  const taken = createServer().listen(0, "127.0.0.1");
  await new Promise((ready) => taken.once("listening", ready));
  const { port } = taken.address() as AddressInfo;
  const other = join(product.folder, "other-home");
  const busy = await signalbox(["serve", "--home", other, "--port", String(port), "--no-open"]);
  expect(busy.code).toBe(1);
  expect(busy.stderr).toContain(String(port));
  taken.close();
  const second = await signalbox(["serve", "--home", product.home, "--port", "0", "--no-open"]);
  expect(second.code).toBe(1);
  expect(second.stderr).toContain(product.url);
  expect((await signalbox(["serve", "--port", "many"])).code).toBe(2);
  expect((await signalbox(["no-such-command"])).code).toBe(2);
});

test("A29: discovery files that are missing, half-written, hostile or point at nothing are told apart, and our own daemon still serves", async () => {
  const probe = await Product.start();
  product = probe;
  await probe.stopGateway();
  probe.writeHome("target.json", '{"url":"http://127.0.0.1:9/mcp"}');
  symlinkSync(join(probe.home, "target.json"), join(probe.home, "link.json"));
  probe.writeHome("half.json", '{"url":"http://127.0.0.1:');
  probe.writeHome("away.json", '{"url":"http://evil.test:80/mcp"}');
  const files = ["absent.json", "link.json", "half.json", "away.json", "target.json"].map((name) =>
    join(probe.home, name),
  );
  await probe.startGateway(["--discovery", files.join(":")]);
  const told = async () => {
    const { state, attempts } = (await app()).daemon;
    return [state, ...files.map((path) => attempts.find((attempt) => attempt.path === path)?.outcome)];
  };
  await expect.poll(told, STARTING).toEqual(["connected", "absent", "refused", "refused", "refused", "no-answer"]);
});
