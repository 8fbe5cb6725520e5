/** Proves with a real daemon, its programs and its tools that no secret of this home reaches an event, a recording, a title or a notice. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { startHttpUpstream } from "../../test/support/daemon/http-upstream.ts";
import { readEvents } from "../../test/support/daemon/mcp-agent.ts";
import { scripted, startDaemon, type TestDaemon } from "../../test/support/daemon/start-daemon.ts";

const OWNER = "0a1b2c3d4e5f60718293a4b5c6d7e8f9".repeat(2);
const NEXT_OWNER = "f9e8d7c6b5a493827160f5e4d3c2b1a0".repeat(2);
const KEPT = "kept-secret-with-letters-2026";
const CONFIGURED = "configured-api-key-0123456789";

let daemon: TestDaemon;
afterEach(() => daemon.stop());

async function start(): Promise<void> {
  daemon = await startDaemon({ one: { ...scripted(), env: { SOME_API_KEY: CONFIGURED } } });
  writeFileSync(join(daemon.home, "token"), `${OWNER}\n`, { mode: 0o600 });
  const kept = await daemon.ask("/secrets/OTHER", { method: "PUT", body: { value: KEPT } });
  expect(kept.status).toBeLessThan(300);
  await daemon.settled();
}

it("A7: neither arguments, results, messages nor names in an event show the owner's token, the old one or the new one", async () => {
  await start();
  const [agent, other] = [await daemon.agent(), await daemon.agent()];
  const secrets = [OWNER, KEPT, CONFIGURED, daemon.key, agent.token, other.token];
  const call = (text: string) => agent.call("tools/call", { name: "echo", arguments: { text, [text]: [text] } });
  for (const secret of secrets) await call(secret);
  await call(JSON.stringify({ nested: JSON.stringify({ key: OWNER }) }));
  await call(Buffer.from(`x:${OWNER}`).toString("base64"));
  // An agent may also give it for the name of a tool, of its progress, or of what is no argument at all.
  for (const secret of secrets) {
    await agent.call("tools/call", { name: secret, arguments: {}, _meta: { progressToken: secret } });
    await agent.call("tools/call", { name: "echo", arguments: secret });
    await agent.call("tools/call", { name: "echo", arguments: { text: "x" }, _meta: { progressToken: secret } });
  }
  // A token that is replaced is known at once, and the former is not forgotten.
  writeFileSync(join(daemon.home, "token"), `${NEXT_OWNER}\n`, { mode: 0o600 });
  await call(NEXT_OWNER);
  await call(OWNER);
  const { events } = await readEvents(
    daemon.url,
    agent.session,
    agent.token,
    (all) => all.filter((event) => event.kind === "finished").length === 2 * secrets.length + 4,
  );
  const text = JSON.stringify(events);
  for (const secret of [...secrets, NEXT_OWNER]) expect(text).not.toContain(secret);
  expect(text).not.toContain(Buffer.from(OWNER).toString("base64").slice(4, 60));
});

it("A7: a server that says its key in a description shows it to no device that watches", async () => {
  const description = `uses ${CONFIGURED}`;
  const upstream = await startHttpUpstream([{ name: "told", description, inputSchema: { type: "object" } }]);
  try {
    daemon = await startDaemon({ remote: { url: upstream.url, headers: { Authorization: `Bearer ${CONFIGURED}` } } });
    await daemon.settled();
    const shown = await (await daemon.ask("/servers")).text();
    expect(shown).toContain("uses ••••••");
    expect(shown).not.toContain(CONFIGURED);
  } finally {
    await upstream.down();
  }
});

it("A7: what a program prints of them is in no recording, in pieces, wrapped or coloured; nor in its title", async () => {
  await start();
  const { session_id: id, token } = await daemon.session();
  const secrets = [OWNER, NEXT_OWNER, KEPT, CONFIGURED, daemon.key, token];
  const script = `
    const { readFileSync, writeSync } = require("node:fs");
    const say = (text) => writeSync(1, text);
    const home = process.argv[1];
    const pause = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
    const token = readFileSync(home + "/token", "utf8").trim();
    say(readFileSync(home + "/token", "utf8") + readFileSync(home + "/daemon.key", "utf8"));
    say(readFileSync(home + "/secrets.json", "utf8") + readFileSync(home + "/servers.json", "utf8"));
    say(token.slice(0, 20)); pause(); say(token.slice(20) + "\\n");
    say(token.match(/.{1,13}/g).join("\\x1b[K\\r\\n") + "\\n");
    say(token.split("").map((c) => "\\x1b[31m" + c).join("") + "\\x1b[0m\\n");
    say("\\x1b]0;" + token + "\\x07" + "\\x1b]9;" + token + "\\x07");
    say(process.env.SIGNALBOX_MCP_TOKEN + "\\n");
    while (readFileSync(home + "/token", "utf8").trim() === token) pause();
    say(readFileSync(home + "/token", "utf8") + token + "\\nthe end\\n");
  `;
  const started = await daemon.ask(`/session/${id}/terminal`, {
    method: "POST",
    body: {
      command: process.execPath,
      args: ["-e", script, daemon.home],
      cwd: daemon.home,
      env: { SIGNALBOX_MCP_TOKEN: token },
      cols: 80,
      rows: 24,
    },
  });
  expect(started.status, await started.clone().text()).toBeLessThan(300);
  const info = async () => JSON.stringify(await (await daemon.ask("/sessions")).json());
  await vi.waitFor(async () => expect(await info()).toContain("••••••"));
  writeFileSync(join(daemon.home, "token"), `${NEXT_OWNER}\n`, { mode: 0o600 });
  await vi.waitFor(async () => expect(await info()).toContain('"exited"'));
  const told = await info();
  const folder = join(daemon.home, "recordings", id);
  const recorded = () => {
    const files = readdirSync(folder).filter((name) => name.endsWith(".out"));
    return files.map((name) => readFileSync(join(folder, name), "latin1")).join("");
  };
  await vi.waitFor(() => expect(recorded()).toContain("the end"));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is taken out.
  const read = recorded().replace(/\u001b\[[0-?]*[ -/]*[@-~]|[\r\n]/g, "");
  for (const secret of secrets) {
    expect(recorded()).not.toContain(secret);
    expect(read).not.toContain(secret);
    expect(told).not.toContain(secret);
  }
});
