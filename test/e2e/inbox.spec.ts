/** Proves that what waits for a person is answered in a browser: a real agent's questions and calls, by pointer and keyboard, once. */
import { resolve } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import type { InboxEntry } from "../../shared/protocol/inbox-api.ts";
import { scripted } from "../support/daemon/start-daemon.ts";
import { Product } from "../support/product.ts";

const AGENT = resolve("test/fixtures/agents/call-tool.ts");

let product: Product;
test.beforeAll(async () => {
  product = await Product.start({ servers: { one: scripted() } });
  const ask = [{ server: "one", tool: "echo" }];
  const change = () => product.fetch("/api/v1/tool-settings", { method: "PUT", body: JSON.stringify({ ask }) });
  await expect.poll(async () => (await change()).ok, { timeout: 45_000 }).toBe(true);
});
test.afterAll(() => product.stop());
test.afterEach(async () => {
  const { sessions } = (await (await product.fetch("/api/v1/sessions")).json()) as { sessions: { id: string }[] };
  for (const { id } of sessions) await product.fetch(`/api/v1/sessions/${id}`, { method: "DELETE" });
});

/** An agent in a terminal that makes one call. */
const agent = (tool: string, args: object) =>
  product.createSession({
    agent: "custom",
    cwd: product.workFolder(),
    command: process.execPath,
    args: [AGENT, tool, JSON.stringify(args)],
  });
const strip = (page: Page) => page.getByRole("region", { name: "Waits for you" });
const terminal = (page: Page) => page.locator(".xterm-rows");
const open = async () => {
  const { entries } = (await (await product.fetch("/api/v1/inbox")).json()) as { entries: InboxEntry[] };
  return entries.filter(({ answered }) => answered === undefined);
};
const elicits = (schema: object, message = "Who releases it?") => ({ message, requestedSchema: schema });

test("a server's question is answered in the session's strip: what is wrong is said as one types, and nothing is lost", async ({
  page,
}) => {
  const schema = {
    type: "object",
    properties: {
      name: { type: "string", title: "Name", pattern: "^[A-Z][a-z]+$" },
      retries: { type: "integer", title: "Retries", maximum: 5, default: 3 },
      where: { type: "string", title: "Where", oneOf: [{ const: "p", title: "Production" }] },
      checks: { type: "array", title: "Checks", items: { type: "string", enum: ["lint", "tests"] } },
      tell: { type: "boolean", title: "Tell the team" },
    },
    required: ["name", "where"],
  };
  const id = await agent("elicit", elicits(schema, "Who releases <b>it</b>?"));
  await product.open(page, `/session/${id}`);
  await expect(strip(page)).toContainText("Who releases <b>it</b>?", { timeout: 45_000 });
  await expect(strip(page).locator("b")).toHaveCount(0);
  await expect(page).toHaveTitle(/^\(1\)/);
  await expect(page.getByRole("button", { name: "Inbox: 1 waits for you" })).toBeVisible();
  await strip(page).getByLabel("Name").fill("ada");
  await expect(strip(page).getByText("Name must have the form ^[A-Z][a-z]+$.")).toBeVisible();
  await strip(page).getByLabel("Retries").fill("9");
  await expect(strip(page).getByText("Retries must be at most 5.")).toBeVisible();
  await strip(page).getByRole("button", { name: "Send" }).click();
  await expect(strip(page).getByLabel("Name")).toBeFocused();
  await expect(strip(page).getByText("Where is needed.")).toBeVisible();
  await strip(page).getByLabel("Name").fill("Ada");
  await strip(page).getByLabel("Retries").fill("2");
  await strip(page).getByLabel("Where").selectOption({ label: "Production" });
  await strip(page).getByLabel("tests").check();
  await strip(page).getByLabel("Tell the team").check();
  await strip(page).getByLabel("Name").press("Enter");
  await expect(terminal(page)).toContainText("result:");
  await expect(terminal(page)).toContainText("retries");
  await expect(strip(page)).toHaveCount(0);
});

test("an agent that asks its person by the tool ask_user gets the answer that was sent with Enter", async ({
  page,
}) => {
  const change = (person_tools: boolean) =>
    product.fetch("/api/v1/daemon/settings", { method: "PUT", body: JSON.stringify({ person_tools }) });
  expect((await change(true)).ok).toBe(true);
  const id = await agent("ask_user", { question: "Which branch?" });
  await product.open(page, `/session/${id}`);
  await expect(strip(page)).toContainText("Which branch?", { timeout: 45_000 });
  await strip(page).getByRole("textbox").fill("router-next");
  await strip(page).getByRole("textbox").press("Enter");
  await expect(terminal(page)).toContainText("router-next");
  await expect(strip(page)).toHaveCount(0);
  await change(false);
});

test("a held call is shown with its arguments and refused by keyboard, with words for the agent", async ({ page }) => {
  const id = await agent("echo", { text: "to production" });
  await product.open(page, `/session/${id}`);
  await expect(strip(page)).toContainText("to production", { timeout: 45_000 });
  await page.getByRole("button", { name: /^Inbox:/ }).click();
  const dialog = page.getByRole("dialog", { name: "Inbox" });
  const card = dialog.getByRole("article");
  await expect(card).toBeFocused();
  await dialog.getByLabel("Words for the agent, if you refuse").fill("not on a Friday");
  await card.focus();
  await page.keyboard.press("a", { delay: 0 });
  // `a` allows exactly this call.
  await expect(card).toContainText("Allowed once by");
  await page.keyboard.press("Escape");
  await expect(terminal(page)).toContainText("to production");
  const second = await agent("echo", { text: "again" });
  await product.open(page, `/inbox/${await waitForOne(second)}`);
  const next = page.getByRole("dialog", { name: "Inbox" }).getByRole("article").first();
  await expect(next).toContainText("again");
  await next.getByLabel("Words for the agent, if you refuse").fill("not on a Friday");
  await next.getByLabel("Words for the agent, if you refuse").press("Enter");
  await expect(next).toContainText("Refused by");
  await product.open(page, `/session/${second}`);
  await expect(terminal(page)).toContainText("refused by the person: not on a Friday");
});

/** What this session asks: what an earlier one asked may take a moment to go. */
async function waitForOne(session: string): Promise<string> {
  const asked = async () => (await open()).find((entry) => entry.session === session)?.id ?? "";
  await expect.poll(asked, { timeout: 45_000 }).not.toBe("");
  return asked();
}

test("P40: two browsers that answer at the same moment: one is heard, the other keeps its draft and reads who was", async ({
  browser,
}) => {
  const session = await agent(
    "elicit",
    elicits({ type: "object", properties: { name: { type: "string", title: "Name" } }, required: ["name"] }),
  );
  const id = await waitForOne(session);
  const pages = await Promise.all([1, 2].map(async () => (await browser.newContext()).newPage()));
  for (const page of pages) await product.open(page, `/inbox/${id}`);
  const cards = pages.map((page) => page.getByRole("dialog", { name: "Inbox" }).getByRole("article").first());
  await Promise.all(cards.map((card, at) => card.getByLabel("Name").fill(`Person ${at}`)));
  await Promise.all(cards.map((card) => card.getByRole("button", { name: "Send" }).click()));
  for (const card of cards) await expect(card).toContainText(/Answered by .* at /);
  const kept = cards.map((card) => card.getByText("What you had typed is kept here:"));
  await expect.poll(async () => (await Promise.all(kept.map((each) => each.count()))).sort()).toEqual([0, 1]);
  const { entries } = (await (await product.fetch("/api/v1/inbox")).json()) as { entries: InboxEntry[] };
  expect(entries.find((entry) => entry.id === id)?.answered?.how).toBe("accept");
  for (const page of pages) await page.context().close();
});

test("a person who types when the agent leaves is told, and the draft is kept", async ({ page }) => {
  const session = await agent(
    "elicit",
    elicits({ type: "object", properties: { name: { type: "string", title: "Name" } } }, "x".repeat(100_000)),
  );
  await product.open(page, `/inbox/${await waitForOne(session)}`);
  const card = page.getByRole("dialog", { name: "Inbox" }).getByRole("article").first();
  await expect(card.getByRole("button", { name: "Show all 100,000 characters" })).toBeVisible();
  await card.getByLabel("Name").fill("a long thought");
  await product.fetch(`/api/v1/sessions/${session}`, { method: "DELETE" });
  await expect(card).toContainText("Nobody waits for this any more");
  await expect(card).toContainText("a long thought");
});
