/** Proves that agents which people add themselves are kept, found and started as they wrote it, and never told the secret. */
import { mkdtempSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { AgentTemplate } from "../../shared/protocol/agent-templates.ts";
import { homeFolder, prepareHomeFolder } from "../home/home-folder.ts";
import { planLaunch, resumeArguments, writePlanFiles } from "./agents.ts";
import { detectTemplates, readTemplates, writeTemplates } from "./templates.ts";

const aider: AgentTemplate = {
  id: "aider",
  name: "Aider",
  command: "aider",
  args: ["--mcp", "{mcp_url}", "--config={config_file}", "{unknown} {session_id}", "; rm -rf {"],
  env: { TOKEN_NAME: "{token_variable}", SIGNALBOX_MCP_TOKEN: "mine" },
  resume_args: ["--continue", "{mcp_url}"],
  config_file: '{"url":"{mcp_url}","auth":"env:{token_variable}"}',
};

const fresh = () => {
  const home = homeFolder(join(mkdtempSync(join(tmpdir(), "signalbox-templates-")), "home"));
  prepareHomeFolder(home);
  return home;
};

it("fills in the words of a template, the file included, and the secret is in the environment alone", () => {
  const home = fresh();
  const context = { mcpUrl: "http://127.0.0.1:1/mcp", token: "canary-012345", sessionId: "s-1", cwd: "/", home };
  const planned = planLaunch("custom", undefined, { ...context, template: aider });
  if (!planned.ok) throw new Error(planned.fault.message);
  const path = join(home.run, "s-1", "config.json");
  const { env, ...rest } = planned.value;
  expect(rest).toMatchObject({
    command: "aider",
    args: ["--mcp", context.mcpUrl, `--config=${path}`, "{unknown} s-1", "; rm -rf {"],
    files: [{ path, mode: 0o600, text: '{"url":"http://127.0.0.1:1/mcp","auth":"env:SIGNALBOX_MCP_TOKEN"}' }],
  });
  expect(JSON.stringify(rest)).not.toContain("canary");
  expect(env).toMatchObject({ TOKEN_NAME: "SIGNALBOX_MCP_TOKEN", SIGNALBOX_MCP_TOKEN: "canary-012345" });
  writePlanFiles(planned.value);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const resumed = planLaunch("custom", undefined, { ...context, template: aider, args: ["--continue", "{mcp_url}"] });
  expect(resumed.ok && resumed.value.args).toEqual(["--continue", context.mcpUrl]);
  expect(resumeArguments("custom", { template: aider })).toEqual(aider.resume_args);
  expect(resumeArguments("custom", { template: { id: "x", name: "X", command: "x" } })).toBeUndefined();
});

it("what is filled in is not filled in again", () => {
  const home = fresh();
  const context = { mcpUrl: "{session_id}", token: "t", sessionId: "s-1", cwd: "/", home };
  const planned = planLaunch("custom", undefined, { ...context, template: aider });
  expect(planned.ok && planned.value.args[1]).toBe("{session_id}");
});

it("keeps them whole in a private file, and refuses one that others could have written or that is not understood", () => {
  const home = fresh();
  expect(readTemplates(home)).toEqual({ ok: true, value: { templates: [] } });
  expect(writeTemplates(home, { templates: [aider] }).ok).toBe(true);
  expect(readTemplates(home)).toEqual({ ok: true, value: { templates: [aider] } });
  expect(statSync(join(home.path, "agents.json")).mode & 0o777).toBe(0o600);
  expect(writeTemplates(home, { templates: [aider, aider] })).toMatchObject({ fault: { code: "duplicate-agent" } });
  expect(readTemplates(home)).toEqual({ ok: true, value: { templates: [aider] } });
  writeFileSync(join(home.path, "agents.json"), '{"templates":[{"id":"UPPER"}]}');
  expect(readTemplates(home)).toMatchObject({ ok: false, fault: { code: "agents-unusable" } });
});

it("says of each whether its program is here", async () => {
  const home = fresh();
  writeTemplates(home, { templates: [aider, { id: "sh", name: "Plain shell", command: "sh" }] });
  expect(await detectTemplates(home, { PATH: "/usr/bin:/bin", TERM: "xterm" })).toEqual([
    { id: "custom", template: "aider", name: "Aider", found: false },
    { id: "custom", template: "sh", name: "Plain shell", found: true, path: expect.stringMatching(/\/sh$/) },
  ]);
});
