/** Proves, with `npm run test:long`, that a client which does not read for a minute costs a busy gateway no memory. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, expect, it } from "vitest";
import { WebSocket } from "ws";
import { prepareHomeFolder } from "../../main/home/home-folder.ts";
import { daemonKey } from "../../main/home/secrets.ts";
import { parseJson, z } from "../../shared/protocol/schema.ts";
import { temporaryHome } from "../support/gateway/running-gateway.ts";
import { startScriptedDaemon } from "../support/gateway/scripted-daemon.ts";

const CLIENTS = 100;
const RATE = 2_000;
const TICK_MS = 10;
const WARM_UP_MS = 20_000;
const STALL_MS = 60_000;
const MAX_GROWTH_MB = 16;

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function startGateway(home: string) {
  const cli = join(import.meta.dirname, "../../main/cli.ts");
  const child = spawn(process.execPath, [cli, "serve", "--home", home, "--port", "0", "--json", "--no-open"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  undo.push(() => child.kill("SIGKILL"));
  const line = await new Promise<string>((resolve) => createInterface({ input: child.stdout }).once("line", resolve));
  const said = parseJson(z.object({ url: z.string(), token: z.string() }), line);
  if (!said.ok) throw new Error(said.reason);
  const megabytes = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1]) / 1024;
  return { ...said.value, megabytes };
}

it.runIf(process.env.SIGNALBOX_LONG === "1" && process.platform === "linux")(
  "P6: 100 clients at 2,000 events/s, one of them stalled for a minute: the gateway grows by less than 16 MB",
  async () => {
    const home = temporaryHome();
    undo.push(home.remove);
    prepareHomeFolder(home.home);
    const daemon = await startScriptedDaemon({ key: daemonKey(home.home), ring: 10_000 });
    undo.push(daemon.end);
    daemon.announce(home.home.discovery);
    daemon.sessions.set("busy", { id: "busy", token: "t", events: [], last: 0, readers: new Set() });
    const gateway = await startGateway(home.home.path);
    const authorization = { authorization: `Bearer ${gateway.token}` };
    await expect
      .poll(async () => (await fetch(`${gateway.url}/api/mcp/discovery`, { headers: authorization })).text())
      .toContain('"available":true');
    let bytes = 0;
    let over = false;
    undo.push(() => {
      over = true;
    });
    const connect = (stalls: boolean, query = ""): WebSocket => {
      const address = `${gateway.url.replace("http", "ws")}/ws/mcp/events?session_id=busy&mcp_token=t${query}`;
      const socket = new WebSocket(address, ["signalbox.v1", `bearer.${gateway.token}`]);
      undo.push(() => socket.terminate());
      socket.on("error", () => {});
      if (stalls) {
        socket.on("open", () => socket.pause());
        // Who answers no ping for 15 s is cut; it comes back and reads no more than before.
        socket.on("close", () => over || connect(true, "&after=1"));
      } else socket.on("message", (data: Buffer) => (bytes += data.length));
      return socket;
    };
    for (let i = 1; i < CLIENTS; i += 1) {
      const socket = connect(false);
      await new Promise((resolve) => socket.once("open", resolve));
    }
    await daemon.readers("busy", 1);
    let sent = 0;
    const sending = setInterval(() => {
      for (let i = 0; i < (RATE * TICK_MS) / 1000; i += 1) {
        sent += 1;
        daemon.emit("busy", {
          kind: "progress",
          call: `c${sent % 20}`,
          tool: "t",
          progress: sent,
          message: "x".repeat(80),
        });
      }
    }, TICK_MS);
    undo.push(() => clearInterval(sending));

    await pause(WARM_UP_MS);
    const before = gateway.megabytes();
    connect(true);
    let highest = before;
    for (const end = performance.now() + STALL_MS; performance.now() < end; ) {
      await pause(250);
      highest = Math.max(highest, gateway.megabytes());
    }
    console.log(
      `${sent} events, ${Math.round(bytes / 1e6)} MB to ${CLIENTS - 1} readers; resident ${before.toFixed(0)} → at most ${highest.toFixed(0)} MB`,
    );
    expect(bytes).toBeGreaterThan(sent * 100 * (CLIENTS / 2));
    expect(highest - before).toBeLessThan(MAX_GROWTH_MB);
  },
  200_000,
);
