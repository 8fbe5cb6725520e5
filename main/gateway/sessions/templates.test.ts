/** Proves that an agent that a person added is offered, starts with what it needs, resumes, and outlives its own deletion. */
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { ask, type Home, startGateway, temporaryHome } from "../../../test/support/gateway/running-gateway.ts";
import { prepareHomeFolder } from "../../home/home-folder.ts";
import type { Gateway } from "../create-gateway.ts";

let home: Home;
let gateway: Gateway;
let told: string;
beforeAll(async () => {
  home = temporaryHome();
  prepareHomeFolder(home.home);
  told = join(home.home.path, "told");
  const program = join(home.home.path, "agent");
  writeFileSync(
    program,
    `#!/bin/sh\necho "$1|$2|$(cat "$3" 2>/dev/null)|$SIGNALBOX_MCP_URL|\${#SIGNALBOX_MCP_TOKEN}" >> '${told}'\n`,
  );
  chmodSync(program, 0o755);
  gateway = await startGateway(home, { startDaemon: true });
});
afterAll(async () => {
  const pid: number = JSON.parse(readFileSync(home.home.discovery, "utf8")).pid;
  await ask(gateway, "/api/v1/daemon/stop", { method: "POST", body: '{"force":true}' });
  await gateway.dispose();
  await vi.waitFor(() => expect(existsSync(`/proc/${pid}`)).toBe(false));
  home.remove();
});

const put = (templates: object[]) =>
  ask(gateway, "/api/v1/agent-templates", { method: "PUT", body: JSON.stringify({ templates }) });
const lines = () => (existsSync(told) ? readFileSync(told, "utf8").trim().split("\n") : []);
const view = (id: string) => gateway.app().sessions.find((item) => item.id === id);

it("is added, listed, started, resumed, and goes on as it was when it is deleted", async () => {
  const mine = {
    id: "mine",
    name: "My agent",
    command: join(home.home.path, "agent"),
    args: ["--url={mcp_url}", "{token_variable}", "{config_file}"],
    resume_args: ["--again"],
    config_file: "url = {mcp_url}",
  };
  expect((await put([mine])).status).toBe(200);
  expect((await ask(gateway, "/api/v1/agent-templates")).json()).toEqual({ templates: [mine] });
  expect((await ask(gateway, "/api/v1/agents")).json()).toMatchObject({
    agents: expect.arrayContaining([
      { id: "custom", template: "mine", name: "My agent", found: true, path: mine.command },
    ]),
  });
  const made = await ask(gateway, "/api/v1/sessions", {
    method: "POST",
    body: JSON.stringify({ agent: "custom", template: "mine", cwd: "/" }),
  });
  expect(made.status, made.text).toBe(201);
  const { id } = made.json() as { id: string };
  await expect.poll(() => [view(id)?.terminal.state, lines().length]).toEqual(["exited", 1]);
  expect(view(id)).toMatchObject({ agent: "custom", agent_name: "My agent", resumable: true });
  const [url] = /http:\/\/127[^|]*/.exec(lines()[0] ?? "") ?? [];
  expect(lines()[0]).toMatch(new RegExp(`^--url=${url}\\|SIGNALBOX_MCP_TOKEN\\|url = ${url}\\|${url}\\|[1-9]\\d+$`));

  expect((await put([])).status).toBe(200);
  const again = (body: object) =>
    ask(gateway, `/api/v1/sessions/${id}/restart`, { method: "POST", body: JSON.stringify(body) });
  expect((await again({ resume: true })).status).toBe(200);
  await expect.poll(() => [view(id)?.terminal.state, lines().length]).toEqual(["exited", 2]);
  expect(lines()[1]).toMatch(/^--again\|\|/);
  expect((await again({})).status).toBe(200);
  await expect.poll(() => [view(id)?.terminal.state, lines().length]).toEqual(["exited", 3]);
  expect(lines()[2]).toBe(lines()[0]);

  const gone = await ask(gateway, "/api/v1/sessions", {
    method: "POST",
    body: JSON.stringify({ agent: "custom", template: "mine", cwd: "/" }),
  });
  expect(gone.text).toContain("no-such-agent");
});

it("two of the same id, or one without a program, are refused and change nothing", async () => {
  const one = { id: "one", name: "One", command: "one" };
  expect((await put([one])).status).toBe(200);
  expect((await put([one, one])).status).toBeGreaterThanOrEqual(400);
  expect((await put([{ ...one, command: " " }])).status).toBe(400);
  expect((await ask(gateway, "/api/v1/agent-templates")).json()).toEqual({ templates: [one] });
});

it("A43: keeps its credentials through a change, a removal and Undo, shows none of them, and takes no mask for a value", async () => {
  const secret = "a-real-secret";
  const template = {
    id: "kept",
    name: "Kept",
    command: "x",
    args: ["--api-key", secret],
    env: { MY_TOKEN: secret, LEVEL: "debug" },
  };
  const shown = async () => {
    const answer = await ask(gateway, "/api/v1/agent-templates");
    expect(answer.text).not.toContain(secret);
    return (answer.json() as { templates: (typeof template)[] }).templates;
  };
  const kept = () => JSON.parse(readFileSync(join(home.home.path, "agents.json"), "utf8")) as { templates: object[] };
  expect((await put([template])).status).toBe(200);
  const [own] = await shown();
  if (own === undefined) throw new Error("not there");
  expect(own.env).toEqual({ MY_TOKEN: "••••••", LEVEL: "debug" });
  expect((await put([{ ...own, name: "Renamed" }])).status).toBe(200);
  expect(kept().templates).toEqual([{ ...template, name: "Renamed" }]);
  expect((await put([])).status).toBe(200);
  expect((await put([own])).status).toBe(200);
  expect(kept().templates).toEqual([template]);
  const refused = await put([own, { ...own, id: "other" }]);
  expect(refused.status).toBe(400);
  expect(refused.json()).toMatchObject({ error: { code: "mask-without-value" } });
  expect(kept().templates).toEqual([template]);
});
