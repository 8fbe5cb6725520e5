/** Proves that an agent fills a table on a page of another origin, as the person who has it open sees. */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join, resolve } from "node:path";
import { expect, test } from "@playwright/test";
import { WebSocket } from "ws";
import { homeFolder } from "../../main/home/home-folder.ts";
import { daemonKey } from "../../main/home/secrets.ts";
import { parseDiscoveryFile } from "../../shared/protocol/discovery-file.ts";
import { connectAgent, type Json } from "../support/daemon/mcp-agent.ts";
import { listen } from "../support/listen.ts";
import { Product } from "../support/product.ts";
import { seriousFindings } from "../support/serious-findings.ts";

let product: Product;
test.beforeEach(async () => {
  product = await Product.start();
});
test.afterEach(() => product.stop());

const EXAMPLES = resolve("examples/client-tools");
const TYPES: Record<string, string> = { html: "text/html", js: "text/javascript" };

/** The examples' folder on an origin of its own. */
async function serveExamples() {
  const server = createServer((request, response) => {
    const name = /^\/([a-z-]+\.(html|js))$/.exec(request.url ?? "");
    if (name === null) return response.writeHead(404).end();
    return response
      .writeHead(200, { "content-type": TYPES[name[2] ?? ""] })
      .end(readFileSync(join(EXAMPLES, name[1] ?? "")));
  });
  const url = new URL(await listen(server)).origin;
  return { url, close: () => server.close() };
}

test("an agent fills the example's table while its page is open, and is told when the page is gone", async ({
  page,
}) => {
  const examples = await serveExamples();
  // The first session starts the daemon.
  await product.createSession({ agent: "custom", command: "/bin/sh", label: "Shop" });
  const found = parseDiscoveryFile(product.readHome("mcp.json"));
  if (!found.ok) throw new Error("no daemon has announced itself");
  const created = await fetch(`${found.value.base}/session`, {
    method: "POST",
    headers: { authorization: `Bearer ${daemonKey(homeFolder(product.home))}`, "content-type": "application/json" },
    body: JSON.stringify({ cwd: product.home }),
  });
  const agent = await connectAgent(found.value.base, ((await created.json()) as { token: string }).token);
  const made = await product.fetch("/api/v1/client-tokens", {
    method: "POST",
    body: JSON.stringify({ name: "Table", origins: [examples.url] }),
  });
  const { token } = (await made.json()) as { token: string };

  await page.setViewportSize({ width: 400, height: 700 });
  await page.goto(`${examples.url}/table.html`);
  await page.getByLabel("Address").fill(product.url);
  await page.getByLabel("Client token").fill(token);
  await page.getByRole("button", { name: "Connect" }).click();
  await expect(page.getByRole("status")).toHaveText("ready");
  const names = async () => (((await agent.call("tools/list")).result?.tools ?? []) as Json[]).map(({ name }) => name);
  await expect.poll(names).toContain("add_rows");

  const rows = [
    { name: "Lamp", price: 20 },
    { name: "<b>Bold</b>", price: 5 },
  ];
  expect((await agent.tool("add_rows", { rows })).result?.structuredContent).toEqual({ rows: 2 });
  await expect(page.getByRole("cell")).toHaveText(["Lamp", "20", "<b>Bold</b>", "5"]);
  expect((await agent.tool("read_table")).result?.structuredContent).toEqual({ rows });
  expect((await agent.tool("add_rows", { rows: "none" })).result?.structuredContent).toMatchObject({
    code: "invalid-input",
  });
  expect(await seriousFindings(page)).toEqual([]);

  await page.goto("about:blank");
  await expect.poll(async () => (await agent.tool("read_table")).error?.data).toMatchObject({ code: "no-client" });
  examples.close();
});

test("a program's token is made in the window at 400 px, shown once, and shows what its program offers until it is revoked", async ({
  page,
}) => {
  await product.createSession({ agent: "custom", command: "/bin/sh", label: "Shop" });
  await page.setViewportSize({ width: 400, height: 700 });
  await product.open(page, "/settings/programs");
  await expect(page.getByText("No program has a token yet.")).toBeVisible({ timeout: 45_000 });
  await page.getByRole("button", { name: "Make a token…" }).click();
  await page.getByLabel("Name").fill("Weather");
  await page.getByLabel("Web origins").fill("nonsense");
  await page.getByRole("button", { name: "Make token" }).click();
  await expect(page.getByText(/^Not yet: .*origin/)).toBeVisible();
  await page.getByLabel("Web origins").fill("");
  await page.getByLabel("These sessions only").check();
  await page.getByLabel("Shop").check();
  await page.getByRole("button", { name: "Make token" }).click();
  const made = page.getByRole("region", { name: "Token of Weather" });
  await expect(made.getByRole("status")).toBeFocused();
  const token = (await made.getByRole("status").textContent()) ?? "";
  expect(token).toMatch(/^[0-9a-f]{64}$/);
  expect(await seriousFindings(page)).toEqual([]);
  await made.getByRole("button", { name: "Done" }).click();
  await expect(page.getByText(token)).toHaveCount(0);

  const row = page.getByRole("list", { name: "Connected programs" }).getByRole("listitem");
  await expect(row).toContainText("never connected");
  await expect(row).toContainText("for Shop");
  const socket = new WebSocket(`${product.url.replace("http", "ws")}/ws/tools?userToken=${token}`);
  const closed = new Promise<number>((done) => void socket.once("close", done));
  socket.once("open", () =>
    socket.send(
      JSON.stringify({
        type: "hello",
        name: "weather",
        title: "Weather station",
        version: "2",
        tools: [{ name: "read_sensor", description: "Reads.", inputSchema: { type: "object" } }],
      }),
    ),
  );
  await expect(row).toContainText("connected · Weather station · 2");
  await expect(row).toContainText("Offers read_sensor.");
  await row.getByLabel("Name of Weather").fill("Roof");
  await row.getByLabel("Name of Weather").press("Enter");
  await page.getByRole("button", { name: "Revoke Roof" }).click();
  await page
    .getByRole("dialog", { name: "Revoke the token of Roof?" })
    .getByRole("button", { name: "Revoke token" })
    .click();
  await expect(page.getByText("No program has a token yet.")).toBeVisible();
  expect(await closed).toBe(4001);
});
