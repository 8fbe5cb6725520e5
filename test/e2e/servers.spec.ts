/** Proves that the Servers page does what its buttons say, with real servers: trying, adding, narrowing, restarting, switching off, removing. */
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, type Locator, type Page, test } from "@playwright/test";
import { toolSettingsSchema } from "../../shared/protocol/tool-settings.ts";
import { keepNotes } from "../support/keep-notes.ts";
import { Product } from "../support/product.ts";

const SERVER = resolve("test/fixtures/upstream/scripted-server.ts");

let product: Product;
test.beforeEach(async () => {
  product = await Product.start();
  // The page can be there before the daemon is.
  await expect.poll(async () => (await product.fetch("/api/v1/tool-settings")).ok).toBe(true);
});
test.afterEach(() => product.stop());

async function openServers(page: Page): Promise<Locator> {
  await keepNotes(page);
  await product.open(page, "/settings/servers");
  const dialog = page.getByRole("dialog", { name: "Settings" });
  await expect(dialog.getByRole("heading", { name: "Add a server" })).toBeVisible();
  return dialog;
}

const row = (dialog: Locator, name: string) =>
  dialog
    .getByRole("list", { name: "MCP servers" })
    .getByRole("listitem")
    // Not by any text: what another server says of its tools may have the word.
    .filter({ has: dialog.page().getByText(name, { exact: true }) });

test("a server is tried before it is added by the form, and several are added by pasting JSON; one that fails says why", async ({
  page,
}) => {
  const dialog = await openServers(page);
  await dialog.getByRole("textbox", { name: "Name", exact: true }).fill("tried");
  const target = dialog.getByRole("textbox", { name: "Command or address" });
  await target.fill(`${process.execPath} ${SERVER} --exit 3`);
  await dialog.getByRole("button", { name: "Test", exact: true }).click();
  await expect(dialog.getByRole("status")).toContainText(/Test failed: .*cannot find the module that it needs/s);
  await target.fill(`${process.execPath} ${SERVER} --bare --tools one,two`);
  await dialog.getByRole("button", { name: "Test", exact: true }).click();
  await expect(dialog.getByRole("status")).toHaveText("It works: 2 tools.");
  await dialog.getByRole("button", { name: "Add server" }).click();
  await expect(row(dialog, "tried")).toContainText("ready · stdio · 2 tools");
  await expect(target).toHaveValue("");

  await dialog.getByRole("button", { name: "Paste JSON" }).click();
  const pasted = {
    three: { command: process.execPath, args: [SERVER, "--bare", "--tools", "a,b,c"] },
    broken: { command: process.execPath, args: [SERVER, "--exit", "3"] },
  };
  await dialog.getByRole("textbox", { name: "Servers as JSON" }).fill(JSON.stringify({ mcpServers: pasted }));
  await dialog.getByRole("button", { name: "Add server" }).click();
  await expect(row(dialog, "three")).toContainText("ready · stdio · 3 tools");
  await expect(row(dialog, "broken")).toContainText("failed");
  await expect(row(dialog, "broken")).toContainText("cannot find the module that it needs");
  await expect(row(dialog, "tried")).toContainText("ready");
});

test("a server's tools are hidden from agents and offered again, its log is read, it is restarted, switched off and on, removed and taken back", async ({
  page,
}) => {
  const folder = product.workFolder();
  const starts = join(folder, "starts");
  const script = `echo begun >> '${starts}'; exec '${process.execPath}' '${SERVER}' --say 'a line for the log' --bare --tools write,read`;
  product.writeHome(
    "servers.json",
    JSON.stringify({ mcpServers: { files: { command: "/bin/sh", args: ["-c", script] } } }),
  );
  const dialog = await openServers(page);
  const server = row(dialog, "files");
  await expect(server).toContainText("ready · stdio · 2 tools");
  await server.locator("summary").click();

  const offer = server.getByRole("switch", { name: "Offer write to agents" });
  const hidden = async () => {
    const answer = await product.fetch("/api/v1/tool-settings");
    return toolSettingsSchema.parse(await answer.json()).hide ?? [];
  };
  await offer.click();
  await expect(offer).not.toBeChecked();
  await expect.poll(hidden).toEqual([{ server: "files", tool: "write" }]);
  await offer.click();
  await expect(offer).toBeChecked();
  await expect.poll(hidden).toEqual([]);

  // What a server writes appears while the log is open.
  await server.getByRole("button", { name: "Show log" }).click();
  await expect(server.getByText("a line for the log")).toBeVisible();
  await server.getByRole("button", { name: "Hide log" }).click();

  const begun = () => readFileSync(starts, "utf8").split("\n").length - 1;
  const before = begun();
  await server.getByRole("button", { name: "Restart" }).click();
  await expect.poll(begun).toBeGreaterThan(before);
  await expect(server).toContainText("ready · stdio · 2 tools");

  await server.getByRole("button", { name: "Switch off" }).click();
  await expect(server).toContainText("switched off");
  await server.getByRole("button", { name: "Switch on" }).click();
  await expect(server).toContainText("ready · stdio · 2 tools");

  await dialog.getByRole("button", { name: "Remove files" }).click();
  await expect(server).toHaveCount(0);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(server).toContainText("ready · stdio · 2 tools");
});

test("a tool that its server describes anew is marked, can be held back, and is as before once a person accepts it", async ({
  page,
}) => {
  const schema = join(product.workFolder(), "schema");
  const describe = (properties: object) => writeFileSync(schema, JSON.stringify({ type: "object", properties }));
  describe({});
  const script = `exec '${process.execPath}' '${SERVER}' --bare --tools send --schema "$(cat '${schema}')"`;
  product.writeHome(
    "servers.json",
    JSON.stringify({ mcpServers: { mail: { command: "/bin/sh", args: ["-c", script] } } }),
  );
  const dialog = await openServers(page);
  const server = row(dialog, "mail");
  await expect(server).toContainText("ready · stdio · 1 tool");
  await server.locator("summary").click();
  await expect(server).not.toContainText("Its description changed.");
  describe({ copy_to: { type: "string" } });
  await server.getByRole("button", { name: "Restart" }).click();
  await expect(server).toContainText("Its description changed.");

  await dialog.getByRole("switch", { name: "Hide tools whose description changed" }).click();
  const held = async () =>
    toolSettingsSchema.parse(await (await product.fetch("/api/v1/tool-settings")).json()).hold_changed;
  await expect.poll(held).toBe(true);
  await server.getByRole("button", { name: "Accept tools as they are now" }).click();
  await expect(server).not.toContainText("Its description changed.");
  await expect(server).toContainText("ready · stdio · 1 tool");
});

const RICH = (server: object) => `// my servers
{
  "$schema": "s",
  "servers": {
    // the one with the key
    "files": ${JSON.stringify(server)},
  },
}
`;

test("a server that is removed and taken back has its key, and the file its comments and every other field", async ({
  page,
}) => {
  const server = {
    command: process.execPath,
    args: [SERVER, "--bare", "--tools", "a"],
    env: { API_KEY: "sk-real-123" },
    timeout: 600,
    description: "notes",
  };
  product.writeHome("servers.json", RICH(server));
  const dialog = await openServers(page);
  await expect(row(dialog, "files")).toContainText("ready · stdio · 1 tool");
  await expect(row(dialog, "files")).toContainText("Not used of its entry: timeout: calls run until");
  await dialog.getByRole("button", { name: "Remove files" }).click();
  await expect(row(dialog, "files")).toHaveCount(0);
  expect(product.readHome("servers.json")).not.toContain("sk-real-123");
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(row(dialog, "files")).toContainText("ready · stdio · 1 tool");
  expect(product.readHome("servers.json")).toBe(RICH(server));

  // Edited as text, the key is a mask that stands for it.
  await row(dialog, "files").locator("summary").click();
  await dialog.getByRole("button", { name: "Edit…" }).click();
  const text = dialog.getByRole("textbox", { name: "Configuration of files" });
  await expect(text).toHaveValue(/"API_KEY": "••••••"/);
  await text.fill(
    (await text.inputValue()).replace('"a"', '"a,b"').replace('"timeout": 600', '"timeout": "x", "url": 7'),
  );
  await dialog.getByRole("button", { name: "Save", exact: true }).first().click();
  await expect(dialog.getByRole("alert")).toContainText(/Not saved: line \d+: it has both a command and a url/);
  // Escape asks before it throws away what was typed.
  await text.press("Escape");
  const question = page.getByRole("dialog", { name: "Discard your changes?" });
  await expect(question.getByRole("button", { name: "Keep editing" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(question).toBeHidden();
  await text.fill((await text.inputValue()).replace(', "url": 7', ""));
  await dialog.getByRole("button", { name: "Save", exact: true }).first().click();
  await expect(row(dialog, "files")).toContainText("ready · stdio · 2 tools");
  expect(product.readHome("servers.json")).toContain("// the one with the key");
  expect(product.readHome("servers.json")).toContain("sk-real-123");
});

test("a pasted server of a known name asks first; every pasted one is tried and named; one without a name is asked for it", async ({
  page,
}) => {
  const bare = (tools: string) => ({ command: process.execPath, args: [SERVER, "--bare", "--tools", tools] });
  product.writeHome("servers.json", JSON.stringify({ mcpServers: { files: bare("a") } }));
  const dialog = await openServers(page);
  await expect(row(dialog, "files")).toContainText("ready · stdio · 1 tool");
  await dialog.getByRole("button", { name: "Paste JSON" }).click();
  const paste = dialog.getByRole("textbox", { name: "Servers as JSON" });

  await paste.fill(JSON.stringify({ servers: { good: bare("a,b"), none: { command: "/nowhere/at/all" } } }));
  await dialog.getByRole("button", { name: "Test", exact: true }).click();
  await expect(dialog.getByRole("status").getByRole("listitem")).toHaveText([
    /^good works: 2 tools\.$/,
    /^none failed: .*\/nowhere\/at\/all/,
  ]);

  await paste.fill(JSON.stringify({ files: bare("a,b") }));
  await dialog.getByRole("button", { name: "Add server" }).click();
  await expect(dialog.getByRole("alert")).toContainText("There is a server called files already.");
  await expect(row(dialog, "files")).toContainText("1 tool");
  await dialog.getByRole("button", { name: "Keep both" }).click();
  await expect(row(dialog, "files-2")).toContainText("ready · stdio · 2 tools");
  await expect(row(dialog, "files")).toContainText("1 tool");

  await paste.fill(JSON.stringify({ files: bare("a,b,c") }));
  await dialog.getByRole("button", { name: "Add server" }).click();
  await dialog.getByRole("button", { name: "Replace" }).click();
  await expect(row(dialog, "files")).toContainText("ready · stdio · 3 tools");
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(row(dialog, "files")).toContainText("ready · stdio · 1 tool");

  await paste.fill(JSON.stringify(bare("a")));
  await dialog.getByRole("button", { name: "Add server" }).click();
  await expect(dialog.getByRole("alert")).toContainText("This is one server without a name: give it one.");
  await dialog.getByRole("textbox", { name: "Name", exact: true }).fill("my server");
  await dialog.getByRole("button", { name: "Add server" }).click();
  await expect(row(dialog, "my server")).toContainText("ready · stdio · 1 tool");

  await paste.fill('{"x": {"command": ["npx"], "args": "y"}}');
  await dialog.getByRole("button", { name: "Add server" }).click();
  await expect(dialog.getByRole("alert")).toContainText("x, line 1: args must be a list of texts");
});

test("a server that cannot be used says in which line and why, and one that asks for a value is given it in its row", async ({
  page,
}) => {
  const script = `exec '${process.execPath}' '${SERVER}' --bare --tools "$TOOLS"`;
  const asks = { command: "/bin/sh", args: ["-c", script], env: { TOOLS: "$" + "{input:names}" } };
  product.writeHome(
    "servers.json",
    JSON.stringify(
      { inputs: [{ id: "names", description: "Names of tools" }], servers: { bad: { url: 7 }, asks } },
      null,
      1,
    ),
  );
  const dialog = await openServers(page);
  await expect(row(dialog, "bad")).toContainText(/failed.*servers\.json, line \d+: url must begin with http/s);
  await expect(row(dialog, "asks")).toContainText("the input names (Names of tools) has not been given");
  await dialog.getByLabel("Names of tools, for asks").fill("one,two");
  await row(dialog, "asks").getByRole("button", { name: "Save" }).click();
  await expect(row(dialog, "asks")).toContainText("ready · stdio · 2 tools");
  await expect(dialog.getByLabel("Names of tools, for asks")).toHaveCount(0);
});

test("what opens the servers' dialog gives way to it", async ({ page }) => {
  await keepNotes(page);
  await product.open(page, "/");
  await page.getByRole("button", { name: /^Daemon:/ }).click();
  await page.getByRole("button", { name: "Servers…" }).click();
  await expect(page.getByRole("dialog", { name: "MCP servers" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Looked in" })).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Servers…" })).toHaveCount(0);
});
