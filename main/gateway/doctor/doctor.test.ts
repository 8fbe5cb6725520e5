/** Proves that the doctor names what is wrong and what to do, in a report that anybody may be shown. */
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:net";
import { afterEach, expect, it, vi } from "vitest";
import { doctorReportSchema } from "../../../shared/protocol/gateway-api.ts";
import { ask, startGateway, temporaryHome } from "../../../test/support/gateway/running-gateway.ts";
import { startScriptedDaemon } from "../../../test/support/gateway/scripted-daemon.ts";
import { listen } from "../../../test/support/listen.ts";
import { doctor } from "../../commands/doctor.ts";
import { homeFolder, prepareHomeFolder } from "../../home/home-folder.ts";
import { daemonKey, ownerToken } from "../../home/secrets.ts";
import { setAsideOf } from "../../home/set-aside.ts";
import { openDevices } from "../auth/devices.ts";
import { announceGateway, runningGateway } from "../gateway-file.ts";
import { portOwner } from "../http/port-owner.ts";
import { startDaemon } from "../link/start-daemon.ts";
import { examine } from "./examine.ts";

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});
function newHome() {
  const home = temporaryHome();
  prepareHomeFolder(home.home);
  undo.push(home.remove);
  return home;
}

it("names an open secret, a hostile discovery file, a stranger and a damaged history, each with what to do", async () => {
  const { home } = newHome();
  daemonKey(home);
  ownerToken(home);
  chmodSync(home.ownerToken, 0o644);
  const stranger = await startScriptedDaemon();
  undo.push(stranger.end);
  stranger.announce(home.discovery);
  writeFileSync(home.database, "no database".repeat(1000), { mode: 0o600 });
  const open = `${home.path}/given.json`;
  writeFileSync(open, "{}", { mode: 0o666 });
  chmodSync(open, 0o666);
  chmodSync(home.ownerToken, 0o644);
  const report = await examine({ home, discovery: [open] });
  expect(report.ok).toBe(false);
  const worst = report.findings.filter(({ state }) => state === "bad").map(({ about, text }) => `${about}: ${text}`);
  expect(worst).toEqual([
    expect.stringMatching(/^home: Other users may read .*token \(644\)/),
    expect.stringMatching(/^discovery: .*given.json is not used: other users may write/),
    expect.stringMatching(/^discovery: .*is not this home's daemon; nothing was sent/),
    expect.stringMatching(/^journal: .*cannot be read/),
  ]);
  for (const finding of report.findings) if (finding.state === "bad") expect(finding.hint, finding.text).toBeTruthy();
});

it("a damaged token or key hides nothing else, and a home that is not there yet is no failure", async () => {
  const { home } = newHome();
  daemonKey(home);
  writeFileSync(home.ownerToken, "x", { mode: 0o600 });
  const stranger = await startScriptedDaemon();
  undo.push(stranger.end);
  stranger.announce(home.discovery);
  const report = await examine({ home, discovery: [] });
  const worst = report.findings.filter(({ state }) => state === "bad");
  expect(worst.map(({ text }) => text)).toEqual([
    expect.stringMatching(/token is damaged; remove it and start again/),
    expect.stringMatching(/is not this home's daemon; nothing was sent/),
  ]);
  for (const { hint } of worst) expect(hint).toBeTruthy();

  const missing = homeFolder(`${home.path}/not/there`);
  const early = await examine({ home: missing, discovery: [] });
  expect(early.findings.filter(({ state }) => state === "bad")).toEqual([]);
  expect(early.findings).toContainEqual(expect.objectContaining({ about: "home", state: "warning" }));
  expect(existsSync(missing.path)).toBe(false);
});

it.each([
  ["settings.json", "{not json"],
  ["settings.json", '{"access":5}'],
  ["agents.json", "[]"],
  ["devices.json", ""],
  ["preview-links.json", "x"],
  ["secrets.json", "{x"],
  ["tool-settings.json", "{x"],
  ["session-tools.json", "null"],
  ["daemon-settings.json", "{x"],
  ["oauth.json", "garbage"],
])("names a damaged %s (%s), what follows and what to do", async (name, text) => {
  const { home } = newHome();
  writeFileSync(`${home.path}/${name}`, text, { mode: 0o600 });
  const { findings, ok } = await examine({ home, discovery: [] });
  expect(ok).toBe(false);
  expect(findings.filter(({ state }) => state === "bad")).toEqual([
    {
      about: "files",
      state: "bad",
      text: expect.stringMatching(new RegExp(`^${home.path}/${name} cannot be used: .{8,}\\. [A-Z].*\\.$`)),
      hint: "Correct the file, or move it away.",
    },
  ]);
});

it("a damaged list of devices is set aside, so that the next pairing loses nothing", () => {
  const { home } = newHome();
  const path = `${home.path}/devices.json`;
  writeFileSync(path, '{"devices": [{"id": "half', { mode: 0o600 });
  const told: string[] = [];
  const devices = openDevices(path, Date.now, (reason) => told.push(reason));
  const [aside = ""] = setAsideOf(path);
  expect(told).toEqual([expect.stringContaining(aside)]);
  expect(devices.add("Phone", "full").ok).toBe(true);
  expect(readFileSync(aside, "utf8")).toBe('{"devices": [{"id": "half');
});

it("a daemon that cannot start for a damaged file says so to the person, with the file", async () => {
  const { home } = newHome();
  writeFileSync(`${home.path}/secrets.json`, "{x", { mode: 0o600 });
  const started = await startDaemon(home);
  expect(started.ok && (await started.value.ended)).toMatch(
    new RegExp(`^${home.path}/secrets.json is damaged: line 1: .* \\(it ended at once .*daemon-output.log\\)$`),
  );
});

it("names each entry of servers.json that is refused or used in part, with its line and what to do", async () => {
  const { home } = newHome();
  const look = async (text: string) => {
    writeFileSync(home.servers, text, { mode: 0o600 });
    const { findings } = await examine({ home, discovery: [] });
    return findings.filter(({ about }) => about === "servers");
  };
  const lines = [
    '{ "servers": {',
    '  "good": { "command": "x" },',
    '  "old": { "command": "x", "timeout": 5 },',
    '  "bad": { "url":',
    '    "ftp://x" },',
    '  "asks": { "command": "x", "env": { "K": "$' + '{input:key}", "S": "$' + '{secret:s:-d}" } },',
    '  "later": { "disabled": true }',
    "} }",
  ];
  const found = await look(lines.join("\n"));
  expect(found.map(({ state, text }) => `${state}: ${text.replace(home.servers, "F")}`)).toEqual([
    "good: F: 3 of 5 servers are understood.",
    "warning: F, line 3: old: has no effect: timeout: calls run until the server answers or the agent gives up.",
    "bad: F, line 4: bad is not used: url must begin with http:// or https://.",
    "warning: F, line 6: asks needs the value key, which is not kept.",
    'warning: F, line 7: later is not used: it needs a "command" to start or a "url" to connect to.',
  ]);
  for (const { state, hint } of found) if (state !== "good") expect(hint).toBeTruthy();
  expect(await look('{"mcpServer": {"a": {"command": "x"}}}')).toMatchObject([
    { state: "bad", text: expect.stringMatching(/line 1: "mcpServer" is not understood: call it "mcpServers"/) },
  ]);
});

it("names the misspelt word of tool settings that were written by hand: agents have tools that a person meant to take", async () => {
  const { home } = newHome();
  const path = `${home.path}/tool-settings.json`;
  const odd = async () => (await examine({ home, discovery: [] })).findings.filter(({ about }) => about === "tools");
  writeFileSync(path, '{"read_only":true}', { mode: 0o600 });
  expect(await odd()).toEqual([]);
  writeFileSync(path, '{"read_onyl":true}', { mode: 0o600 });
  expect(await odd()).toEqual([
    expect.objectContaining({
      state: "warning",
      text: expect.stringContaining('"read_onyl"'),
      hint: expect.any(String),
    }),
  ]);
});

it("A7: tells of a running gateway, its link and its streams, and holds no secret", async () => {
  const home = newHome();
  const daemon = await startScriptedDaemon({ key: daemonKey(home.home) });
  undo.push(daemon.end);
  daemon.announce(home.home.discovery);
  const gateway = await startGateway(home);
  undo.push(gateway.dispose);
  await ask(gateway, "/api/v1/sessions", {
    method: "POST",
    body: JSON.stringify({ agent: "shell", cwd: "/", label: "work" }),
  });
  const answer = await ask(gateway, "/api/v1/doctor");
  const report = doctorReportSchema.parse(answer.json());
  expect(report.ok).toBe(true);
  expect(report.findings.find(({ about }) => about === "stream")?.text).toMatch(/"work".*(live|reconnecting)/);
  expect(report.findings.find(({ about }) => about === "link")?.text).toMatch(/Connected/);
  for (const secret of [gateway.token, daemonKey(home.home), "token-of-1"]) expect(answer.text).not.toContain(secret);
});

it("the command adds what the running gateway does not look at: the files that it was given, and the whole history", async () => {
  const home = newHome();
  const gateway = await startGateway(home);
  undo.push(gateway.dispose);
  const given = `${home.home.path}/given.json`;
  writeFileSync(given, '{"url":"http://10.0.0.1/mcp"}', { mode: 0o600 });
  const printed: string[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((line: string) => void printed.push(line));
  try {
    expect(await doctor({ home: home.home.path, discovery: given, json: true })).toBe(1);
  } finally {
    log.mockRestore();
  }
  const report = doctorReportSchema.parse(JSON.parse(printed.join("\n")));
  const told = report.findings.map(({ about, text }) => `${about}: ${text}`);
  expect(told).toContainEqual(expect.stringMatching(/^discovery: .*given\.json is not used: url must be/));
  expect(told).toContainEqual(expect.stringMatching(/^journal: History is whole: 0 sessions/));
  expect(told).toContainEqual(expect.stringMatching(/^recording: History is being kept/));
});

it("P4: a program on the port of a gateway that was killed is not taken for it, and never sees the owner's token", async () => {
  const { home } = newHome();
  const token = ownerToken(home);
  const seen: string[] = [];
  const stranger = createHttpServer((request, response) => {
    seen.push(JSON.stringify([request.url, request.headers]));
    response.end(JSON.stringify({ status: "ok", proof: "0".repeat(64) }));
  });
  const address = await listen(stranger);
  undo.push(() => {
    stranger.closeAllConnections();
    stranger.close();
  });
  announceGateway(home, address, "2026-11-20T10:00:00Z");
  expect(await runningGateway(home)).toBeUndefined();
  expect(seen).toHaveLength(1);
  expect(seen.join()).not.toContain(token);
});

it.runIf(process.platform === "linux")("names the process that has a port", async () => {
  const server = createServer();
  const address = await listen(server);
  undo.push(() => server.close());
  expect(portOwner(Number(new URL(address).port))).toContain(`process ${process.pid}`);
});
