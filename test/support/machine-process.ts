/** A machine's daemon in a process of its own, which a test can freeze, kill and start again. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { vi } from "vitest";
import { homeFolder } from "../../main/home/home-folder.ts";
import { daemonKey } from "../../main/home/secrets.ts";

export interface MachineProcess {
  readonly child: ChildProcess;
  /** Where it listens now; after a new start mostly the same port. */
  readonly url: string;
  /** A new session's id and token. */
  session(request?: Record<string, unknown>): Promise<{ session_id: string; token: string }>;
  /** Ends it without a word. */
  kill(): Promise<void>;
  start(): Promise<void>;
}

export async function startMachine(
  home: string,
  servers: Record<string, unknown> = {},
  env: NodeJS.ProcessEnv = process.env,
): Promise<MachineProcess> {
  const path = homeFolder(home);
  writeFileSync(path.servers, JSON.stringify({ mcpServers: servers }), { mode: 0o600 });
  let child: ChildProcess | undefined;
  let url = "";
  const machine: MachineProcess = {
    get child() {
      if (child === undefined) throw new Error("the machine was never started");
      return child;
    },
    get url() {
      return url;
    },
    async session(request = {}) {
      const made = await fetch(`${url}/session`, {
        method: "POST",
        headers: { authorization: `Bearer ${daemonKey(path)}`, "content-type": "application/json" },
        body: JSON.stringify({ cwd: "/", ...request }),
      });
      if (!made.ok) throw new Error(`no session: ${made.status} ${await made.text()}`);
      return (await made.json()) as { session_id: string; token: string };
    },
    async kill() {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    },
    async start() {
      // What a killed one left behind would be read as this one's.
      rmSync(path.discovery, { force: true });
      const started = spawn(process.execPath, ["main/cli.ts", "daemon", "--home", home], { stdio: "ignore", env });
      child = started;
      url = await vi.waitFor(() => {
        const found = JSON.parse(readFileSync(path.discovery, "utf8")) as { url: string; pid: number };
        if (found.pid !== started.pid) throw new Error("not this one's");
        return found.url.replace(/\/mcp$/, "");
      });
    },
  };
  await machine.start();
  return machine;
}
