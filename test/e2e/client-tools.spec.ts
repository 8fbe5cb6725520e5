/** Proves that an agent fills a table on a page of another origin, as the person who has it open sees. */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join, resolve } from "node:path";
import { expect, test } from "@playwright/test";
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
