/** Proves the demo as a first-time user meets it: real tools over stdio, the agent in a real terminal. */
import { createHash } from "node:crypto";
import {
  chmodSync,
  closeSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawn } from "@lydell/node-pty";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { type Json, type McpAgent, readEvents } from "../../../test/support/daemon/mcp-agent.ts";
import { startDaemon, type TestDaemon } from "../../../test/support/daemon/start-daemon.ts";
import { selfCommand } from "../../home/self-command.ts";
import { readCommand } from "./demo-commands.ts";

let daemon: TestDaemon;
let agent: McpAgent & { session: string };
let folder: string;
/** Reading it takes much longer than a keystroke, on any machine: many files, without content on the disk. */
let busy: string;
const running: { kill(): void }[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "signalbox-demo-"));
  mkdirSync(join(folder, "deep", ".git"), { recursive: true });
  writeFileSync(join(folder, "a.ts"), "one\ntwo\nTODO three");
  writeFileSync(join(folder, "deep", "b.md"), "# TODO\n");
  writeFileSync(join(folder, "deep", ".git", "config"), "TODO");
  writeFileSync(join(folder, "c.bin"), Buffer.from([0, 1, 2, 10, 10]));
  symlinkSync("/etc", join(folder, "outside"));
  busy = mkdtempSync(join(tmpdir(), "signalbox-busy-"));
  for (let i = 0; i < 8_000; i += 1) {
    const file = openSync(join(busy, `f${i}`), "w");
    ftruncateSync(file, 100_000);
    closeSync(file);
  }
  daemon = await startDaemon();
  agent = await daemon.agent({ cwd: folder, agent: "demo" });
});
afterEach(() => {
  for (const program of running.splice(0)) program.kill();
});
afterAll(async () => {
  await daemon.stop();
  for (const made of [folder, busy]) rmSync(made, { recursive: true, force: true });
});

const call = async (name: string, args: Json = {}) => (await agent.tool(name, { path: folder, ...args })).result ?? {};
const data = (result: Json) => result.structuredContent as Json;

describe("the demo's tools", () => {
  it("hash exactly the files that are there: no git folder, no links out", async () => {
    const result = data(await call("hash_tree"));
    const hash = (content: string | Buffer) => createHash("sha256").update(content).digest("hex");
    const lines = [
      `a.ts\0${hash("one\ntwo\nTODO three")}\n`,
      `c.bin\0${hash(Buffer.from([0, 1, 2, 10, 10]))}\n`,
      `deep/b.md\0${hash("# TODO\n")}\n`,
    ];
    expect(result).toMatchObject({ files: 3, unreadable: 0, sha256: hash(lines.join("")) });
  });

  it("count lines of text, the last one without an end included, and no binaries", async () => {
    expect(data(await call("count_lines"))).toMatchObject({
      lines: 4,
      binary_files: 1,
      kinds: [
        { kind: ".ts", lines: 3 },
        { kind: ".md", lines: 1 },
      ],
    });
  });

  it("find a text with its file and line", async () => {
    expect(data(await call("search_text", { text: "TODO" }))).toMatchObject({
      count: 2,
      matches: [
        { file: "a.ts", line: 3, text: "TODO three" },
        { file: "deep/b.md", line: 1 },
      ],
    });
  });

  it("count what they may not read instead of failing", async () => {
    if (process.getuid?.() === 0) return;
    chmodSync(join(folder, "a.ts"), 0);
    expect(data(await call("hash_tree"))).toMatchObject({ files: 3, unreadable: 1 });
    chmodSync(join(folder, "a.ts"), 0o600);
  });

  it("refuse what is no folder with a sentence", async () => {
    const result = await call("hash_tree", { path: "/signalbox/nowhere" });
    expect(result).toMatchObject({ isError: true, content: [{ text: "/signalbox/nowhere is not a folder." }] });
  });

  it("tell a total as soon as it is known, never go backwards, and end at the total", async () => {
    const many = mkdtempSync(join(tmpdir(), "signalbox-many-"));
    for (let i = 0; i < 400; i += 1) writeFileSync(join(many, `f${i}`), "x".repeat(2_000));
    const messages = await agent.request("tools/call", {
      name: "hash_tree",
      arguments: { path: many },
      _meta: { progressToken: 1 },
    });
    const steps = messages.flatMap((message) => (message.params === undefined ? [] : [message.params]));
    const values = steps.map((step) => Number(step.progress));
    expect(values).toEqual(values.toSorted((a, b) => a - b));
    expect(steps.at(-1)).toMatchObject({ progress: 400, total: 400 });
    rmSync(many, { recursive: true });
  });
});

describe("the demo agent", () => {
  const start = async (cwd: string) => {
    const { session_id, token } = await daemon.session({ cwd, agent: "demo" });
    const { command, args } = selfCommand("demo-agent");
    let screen = "";
    const program = spawn(command, args, {
      cols: 90,
      rows: 30,
      cwd,
      env: { ...process.env, SIGNALBOX_MCP_URL: `${daemon.url}/mcp`, SIGNALBOX_MCP_TOKEN: token, FORCE_COLOR: "1" },
    });
    running.push(program);
    program.onData((text) => {
      screen += text;
    });
    const left = new Promise<number>((resolve) => program.onExit(({ exitCode }) => resolve(exitCode)));
    const shows = (text: string) => vi.waitFor(() => expect(screen).toContain(text));
    return { program, session: session_id, token, shows, left, screen: () => screen };
  };

  it("takes a round by itself, then does what it is told, and leaves when asked", async () => {
    const { program, session, token, shows, left } = await start(folder);
    await shows("That was the round.");
    await shows("›");
    program.write("search three\r");
    await shows("1 lines with “three” in 1 of 3 files");
    program.write("nonsense\r");
    await shows("that is not one of these");
    program.write("exit\r");
    expect(await left).toBe(0);
    const { events } = await readEvents(
      daemon.url,
      session,
      token,
      (all) => all.filter((event) => event.kind === "finished").length === 4,
    );
    expect(events.filter((event) => event.kind === "started").map((event) => event.tool)).toEqual([
      "hash_tree",
      "count_lines",
      "search_text",
      "search_text",
    ]);
    // The first two overlap, so that several bars move at once.
    expect(events.slice(0, 2).map((event) => event.kind)).toEqual(["started", "started"]);
  });

  it("keeps what is typed while tools run out of their lines, and offers it at the prompt", async () => {
    const { program, shows, left, screen } = await start(busy);
    await shows("count_lines");
    program.write("search zebra\r");
    program.write("\u0003");
    await shows("›");
    await shows("search zebra");
    expect(screen()).not.toMatch(/cancels[^›]*zebra/);
    program.write("\u0015exit\r");
    expect(await left).toBe(0);
  });

  it("cancels what runs on Ctrl+C, as the daemon sees it, and leaves on the second", async () => {
    const { program, session, token, shows, left } = await start(busy);
    await shows("count_lines");
    await readEvents(daemon.url, session, token, (all) => all.filter((event) => event.kind === "progress").length > 2);
    program.write("\u0003");
    await shows("Cancelled.");
    const { events } = await readEvents(
      daemon.url,
      session,
      token,
      (all) => all.filter((event) => event.kind === "cancelled").length === 2,
    );
    expect(events.filter((event) => event.kind === "cancelled")).toHaveLength(2);
    await shows("›");
    program.write("\u0003");
    expect(await left).toBe(0);
  });

  it("reads quoted texts and paths", () => {
    expect(readCommand('search "two words" src', "/x")).toEqual({ do: "search", text: "two words", path: "/x/src" });
    expect(readCommand("hash", "/x")).toEqual({ do: "tool", tool: "hash_tree", path: "/x" });
    expect(readCommand("  ", "/x")).toEqual({ do: "nothing" });
    expect(readCommand("search", "/x")).toEqual({ do: "unknown", said: "search what?" });
  });
});
