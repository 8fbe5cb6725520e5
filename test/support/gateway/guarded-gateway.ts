/** A gateway whose doors are tried: with a daemon, a page that has a secret beside it, a log, and one session. */
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import type { Gateway } from "../../../main/gateway/create-gateway.ts";
import { createLog } from "../../../main/home/create-log.ts";
import { type HomeFolder, prepareHomeFolder } from "../../../main/home/home-folder.ts";
import { daemonKey } from "../../../main/home/secrets.ts";
import { ask, type socketTo, startGateway, temporaryHome } from "./running-gateway.ts";
import { startScriptedDaemon } from "./scripted-daemon.ts";

export interface GuardedGateway {
  home: HomeFolder;
  gateway: Gateway;
  logFile: string;
  session: string;
  port: string;
  /** Sends bytes as they are and gives all that comes back. */
  raw(text: string): Promise<string>;
  end(): Promise<void>;
}

export async function startGuardedGateway(): Promise<GuardedGateway> {
  const { home, remove } = temporaryHome();
  prepareHomeFolder(home);
  const daemon = await startScriptedDaemon({ key: daemonKey(home) });
  daemon.announce(home.discovery);
  const ui = join(home.path, "ui");
  mkdirSync(join(ui, "assets"), { recursive: true });
  mkdirSync(`${ui}-secret`);
  writeFileSync(join(`${ui}-secret`, "x.txt"), "canary");
  writeFileSync(join(ui, "index.html"), "<!doctype html><title>page</title>");
  writeFileSync(join(ui, "assets", "app-1a2b.js"), "1;");
  symlinkSync("/etc/passwd", join(ui, "assets", "link.txt"));
  const logFile = join(home.logs, "test.log");
  const log = createLog({ name: "test", file: logFile, level: "debug" });
  const gateway = await startGateway({ home, remove }, { ui, log });
  const made = await ask(gateway, "/api/v1/sessions", {
    method: "POST",
    body: JSON.stringify({ agent: "shell", cwd: "/" }),
  });
  const { port } = new URL(gateway.url);
  return {
    home,
    gateway,
    logFile,
    session: (made.json() as { id: string }).id,
    port,
    raw: (text) =>
      new Promise((resolve) => {
        const socket = connect(Number(port), "127.0.0.1");
        let answer = "";
        socket.on("data", (data) => {
          answer += String(data);
        });
        socket.on("error", () => resolve(answer));
        socket.on("close", () => resolve(answer));
        socket.end(text);
      }),
    async end() {
      await gateway.dispose();
      await daemon.end();
      remove();
    },
  };
}

/** The code with which it is closed. */
export const closed = (socket: ReturnType<typeof socketTo>): Promise<number> =>
  new Promise((resolve) => socket.once("close", (code) => resolve(code)));
