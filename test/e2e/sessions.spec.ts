/** Proves that sessions run what people ask for: a shell that echoes, and agents whose calls to other people's servers show. */
import { chmodSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { isAlive } from "../support/is-alive.ts";
import { keepNotes } from "../support/keep-notes.ts";
import { Product } from "../support/product.ts";
import { terminalInput, typeInTerminal } from "../support/type-in-terminal.ts";

const EVERYTHING = {
  command: process.execPath,
  args: [resolve("node_modules/@modelcontextprotocol/server-everything/dist/index.js")],
};
const SCRIPTED = resolve("test/fixtures/upstream/scripted-server.ts");
const AGENT = resolve("test/fixtures/agents/call-tool.ts");

let product: Product;
test.afterEach(() => product.stop());

const terminal = (page: Page) => page.getByRole("region", { name: "Terminal" });
const activity = (page: Page) => page.getByRole("region", { name: "Activity" });

test("a shell echoes what is typed and runs in the chosen folder", async ({ page }) => {
  product = await Product.start({ env: { SHELL: "/bin/sh" } });
  const cwd = product.workFolder({ "marker-file": "here" });
  const id = await product.createSession({ agent: "shell", cwd });
  await product.open(page, `/session/${id}`);
  await typeInTerminal(page, "echo typed-$((40+2)) && ls\n");
  await expect(terminal(page)).toContainText("typed-42");
  await expect(terminal(page)).toContainText("marker-file");
});

test("long-running tools of stdio servers show their steps and their end", async ({ page }) => {
  const patient = { command: process.execPath, args: [SCRIPTED, "--bare", "--tools", "until"] };
  product = await Product.start({ servers: { everything: EVERYTHING, patient } });
  const cwd = product.workFolder();
  const file = join(cwd, "go");
  const id = await product.createSession({
    agent: "custom",
    label: "long job",
    cwd,
    command: "/bin/sh",
    args: [
      "-c",
      '"$0" "$1" until "$2" && exec "$0" "$1" trigger-long-running-operation \'{"duration":1,"steps":2}\'',
      process.execPath,
      AGENT,
      JSON.stringify({ file }),
    ],
  });
  await product.open(page, `/session/${id}`);
  await expect(activity(page).getByText("until").first()).toBeVisible();
  await expect(activity(page).getByRole("progressbar").first()).toBeVisible();
  await expect(terminal(page)).toContainText("progress 1/2");
  writeFileSync(file, "");
  const row = activity(page).getByText("trigger-long-running-operation").first();
  await expect(row).toBeVisible();
  await expect(terminal(page)).toContainText("progress 2/2");
  await expect(terminal(page)).toContainText("completed. Duration: 1 seconds");
  await expect(activity(page).getByRole("progressbar")).toHaveCount(0);
  await row.click();
  const detail = page.getByRole("dialog").or(page.getByRole("complementary", { name: /trigger-long/ }));
  await expect(detail.getByText("everything").first()).toBeVisible();
  await page.screenshot({ path: "artifacts/call-detail.png" });
});

test("a session can be started from the window, its program's end is told, and it can be started again", async ({
  page,
}) => {
  product = await Product.start({ env: { SHELL: "/bin/sh" } });
  const cwd = product.workFolder();
  await product.open(page);
  await expect(page.getByRole("heading", { name: "Start your first session" })).toBeVisible();
  await page.getByText("Shell", { exact: true }).click();
  await page.getByRole("combobox", { name: "Folder" }).fill(cwd);
  await page.getByRole("button", { name: /^Start session/ }).click();
  await expect(terminalInput(page)).toBeFocused();
  await page.keyboard.type("exit 3\n");
  await expect(terminal(page).getByText(/exited with code 3/)).toBeVisible();
  await terminal(page).getByRole("button", { name: "Restart" }).click();
  // What is typed at a program that has ended, and is not being started yet, goes nowhere.
  await expect(terminal(page).getByText(/exited with code 3/)).toHaveCount(0);
  await typeInTerminal(page, "echo again-$((1+1))\n");
  await expect(terminal(page)).toContainText("again-2");
});

test("P10: what is typed into a new terminal before it is connected reaches its program, in order", async ({
  page,
}) => {
  product = await Product.start({ env: { SHELL: "/bin/sh" } });
  const id = await product.createSession({ agent: "shell", cwd: product.workFolder() });
  const typed = Promise.withResolvers<void>();
  await page.routeWebSocket(/\/ws\/terminal/, async (socket) => {
    await typed.promise;
    socket.connectToServer();
  });
  await product.open(page, `/session/${id}`);
  await expect(terminalInput(page)).toBeFocused();
  await page.keyboard.type("echo early-$((40+2))-keys\n");
  typed.resolve();
  await expect(terminal(page)).toContainText("early-42-keys");
  await page.keyboard.type("echo later-$((40+3))-keys\n");
  await expect(terminal(page)).toContainText("later-43-keys");
});

test("an agent of one's own is added in the settings, chosen like any other, and told of the endpoint", async ({
  page,
}) => {
  product = await Product.start();
  const cwd = product.workFolder({ agent: '#!/bin/sh\necho "told of: $1, token in: $TOKEN_FROM"\nsleep 60\n' });
  chmodSync(join(cwd, "agent"), 0o755);
  await product.open(page, "/settings/agents");
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Add an agent…" }).click();
  await dialog.getByRole("textbox", { name: "Name", exact: true }).fill("My agent");
  await dialog.getByRole("textbox", { name: "Program", exact: true }).fill(join(cwd, "agent"));
  await dialog.getByRole("textbox", { name: /^Arguments, one/ }).fill("{mcp_url}");
  await dialog.getByRole("textbox", { name: /^Environment/ }).fill("TOKEN_FROM={token_variable}");
  await dialog.getByRole("button", { name: "Add agent" }).click();
  await expect(dialog.getByRole("button", { name: "Change My agent" })).toBeVisible();
  await page.reload();
  await page.getByText("My agent", { exact: true }).click();
  await page.getByRole("combobox", { name: "Folder" }).fill(cwd);
  await page.getByRole("button", { name: /^Start session/ }).click();
  await expect(terminal(page)).toContainText(/told of: http:\/\/127\.0\.0\.1:\d+\/mcp, token in: SIGNALBOX_MCP_TOKEN/);
  await expect(terminal(page)).toContainText("My agent");
});

test("an agent that ended can go on with its conversation, or begin anew", async ({ page }) => {
  product = await Product.start();
  const cwd = product.workFolder({ agent: '#!/bin/sh\necho "first word: $1"\n' });
  chmodSync(join(cwd, "agent"), 0o755);
  const id = await product.createSession({ agent: "claude", command: join(cwd, "agent"), cwd });
  await product.open(page, `/session/${id}`);
  await expect(terminal(page)).toContainText("first word: --settings");
  await page.getByRole("button", { name: "Resume", exact: true }).click();
  await expect(terminal(page)).toContainText("first word: --continue");
  await expect(page.getByRole("button", { name: "Restart", exact: true }).first()).toBeVisible();
});

test("a session that was deleted just before the window went away is gone, and its program has ended", async ({
  page,
}) => {
  product = await Product.start({ env: { SHELL: "/bin/sh" } });
  const id = await product.createSession({ agent: "shell", cwd: product.workFolder() });
  await keepNotes(page);
  await product.open(page, `/session/${id}`);
  await typeInTerminal(page, "echo pid-$$-end\n");
  let pid = 0;
  const told = async () => {
    pid = Number(/pid-(\d+)-end/.exec((await terminal(page).textContent()) ?? "")?.[1] ?? 0);
    return pid;
  };
  await expect.poll(told).toBeGreaterThan(0);
  expect(isAlive(pid)).toBe(true);
  await page.getByRole("button", { name: "Session actions" }).click();
  await page.getByRole("menuitem", { name: /Delete/ }).click();
  await page.getByRole("button", { name: "Delete session" }).click();
  await expect(page.getByRole("button", { name: "Undo" })).toBeVisible();
  expect((await product.fetch(`/api/v1/sessions/${id}`)).status).toBe(200);
  // The page that comes in the same process waits until this one has ended; for another process it gets half a second.
  await page.reload();
  await expect.poll(async () => (await product.fetch(`/api/v1/sessions/${id}`)).status).toBe(404);
  await expect.poll(() => isAlive(pid)).toBe(false);
});

test("a program is stopped after a question, restarted while it runs, and given another command", async ({ page }) => {
  product = await Product.start();
  const cwd = product.workFolder({
    stubborn: "#!/bin/sh\ntrap '' TERM\necho begun: $1\nwhile :; do sleep 1; done\n",
  });
  chmodSync(join(cwd, "stubborn"), 0o755);
  const id = await product.createSession({ agent: "custom", command: join(cwd, "stubborn"), args: ["one"], cwd });
  await product.open(page, `/session/${id}`);
  await expect(terminal(page)).toContainText("begun: one");
  const menu = page.getByRole("button", { name: "Session actions" });
  await menu.click();
  await page.getByRole("menuitem", { name: "Restart program…" }).click();
  const restart = page.getByRole("dialog", { name: "stubborn is running. Stop and restart?" });
  await expect(restart.getByRole("button", { name: "Cancel" })).toBeFocused();
  await restart.getByRole("textbox", { name: "Command" }).fill(`${join(cwd, "stubborn")} 'two words'`);
  await restart.getByRole("button", { name: "Stop and restart" }).click();
  await expect(page.getByText("stubborn ignored SIGTERM for 3 s and was killed")).toBeVisible();
  await expect(terminal(page)).toContainText("begun: two");
  await expect(restart).toBeHidden();
  await menu.click();
  await page.getByRole("menuitem", { name: "Stop program…" }).click();
  await page.getByRole("dialog", { name: "Stop stubborn?" }).getByRole("button", { name: "Stop program" }).click();
  await expect(terminal(page).getByText("stubborn was ended by SIGKILL.")).toBeVisible();
  // A mistyped command is not the end of the session.
  await terminal(page).getByRole("button", { name: "Edit command…" }).click();
  const again = page.getByRole("dialog", { name: "Restart stubborn" });
  await again.getByRole("textbox", { name: "Command" }).fill("sh -c 'echo third: ok; exec cat'");
  await page.keyboard.press("Enter");
  await expect(terminal(page)).toContainText("third: ok");
});

test("a folder is completed as in a shell, is never wrong while it is typed, and buttons hold still", async ({
  page,
}) => {
  product = await Product.start({ env: { SHELL: "/bin/sh" } });
  const cwd = product.workFolder({ "apple/x": "", "apricot/deep/x": "" });
  await product.open(page);
  const start = page.getByRole("button", { name: /^Start session/ });
  await page.getByText("Shell", { exact: true }).click();
  await expect(page.getByText("A shell calls no tools.")).toBeVisible();
  const place = await start.boundingBox();
  const folder = page.getByRole("combobox", { name: "Folder" });
  await folder.fill(`${cwd}/nowhere/at/all`);
  await page.keyboard.press("Enter");
  const fault = page.getByRole("alert");
  await expect(fault).toBeVisible();
  expect(await start.boundingBox()).toEqual(place);
  await folder.fill(`${cwd}/a`);
  await expect(fault).toHaveCount(0);
  await expect(page.getByRole("option", { name: /apricot/ })).toBeVisible();
  await page.keyboard.press("Tab");
  await expect(folder).toHaveValue(/\/ap$/);
  await page.keyboard.type("r");
  // Enter at a name that is only begun completes it, and starts nothing.
  await page.keyboard.press("Enter");
  await expect(folder).toHaveValue(/\/apricot\/$/);
  await expect(page.getByRole("option", { name: /deep/ })).toBeVisible();
  await page.keyboard.press("Tab");
  await expect(folder).toHaveValue(/\/apricot\/deep\/$/);
  await page.keyboard.press("Enter");
  await expect(terminalInput(page)).toBeFocused();
  await expect(terminal(page).getByText("apricot/deep")).toBeVisible();
});

test("two demos are told apart by their names", async ({ page }) => {
  product = await Product.start();
  await product.open(page);
  await page.getByRole("button", { name: "Try the demo" }).click();
  await expect(page.getByRole("option", { name: /^Demo, / })).toBeVisible();
  await page.getByTestId("sessions").getByRole("button", { name: "New session" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Try the demo" }).click();
  await expect(page.getByRole("option", { name: /^Demo 2, / })).toBeVisible();
});
