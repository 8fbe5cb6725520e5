/**
 * `npm run soak [-- --minutes N --rate N --clients N]`: events at a steady rate through a gateway whose connections are
 * cut at random on both sides, with one client that stalls; prints what was sent, seen, announced as missing and seen twice.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { WebSocket } from "ws";
import { homeFolder, prepareHomeFolder } from "../main/home/home-folder.ts";
import { daemonKey } from "../main/home/secrets.ts";
import { eventServerFrameSchema } from "../shared/protocol/event-frames.ts";
import { createdSessionSchema } from "../shared/protocol/gateway-api.ts";
import { parseJson, z } from "../shared/protocol/schema.ts";
import { startFaultProxy } from "../test/support/gateway/fault-proxy.ts";
import { startScriptedDaemon } from "../test/support/gateway/scripted-daemon.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    rate: { type: "string", default: "1000" },
    clients: { type: "string", default: "5" },
  },
});
const minutes = Number(values.minutes);
const rate = Number(values.rate);
const clientCount = Number(values.clients);
/** Events are sent this often, in milliseconds. */
const TICK_MS = 10;
const REPORT_MS = 10_000;
const RING_EVENTS = 10_000;

const folder = mkdtempSync(join(tmpdir(), "signalbox-soak-"));
const home = homeFolder(folder);
prepareHomeFolder(home);
const daemon = await startScriptedDaemon({ key: daemonKey(home), ring: RING_EVENTS });
const toDaemon = await startFaultProxy(daemon.port);
daemon.standBehind(toDaemon.url);
writeFileSync(home.discovery, JSON.stringify({ url: `${toDaemon.url}/mcp` }), { mode: 0o600 });
const child = spawn(
  process.execPath,
  [join(import.meta.dirname, "../main/cli.ts"), "serve", "--home", folder, "--port", "0", "--json", "--no-open"],
  { stdio: ["ignore", "pipe", "inherit"] },
);
process.once("exit", () => child.kill("SIGKILL"));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
const first = await new Promise<string>((resolve) => createInterface({ input: child.stdout }).once("line", resolve));
const gateway = z.object({ url: z.string(), token: z.string() }).parse(JSON.parse(first));
const made = await fetch(`${gateway.url}/api/v1/sessions`, {
  method: "POST",
  headers: { authorization: `Bearer ${gateway.token}`, "content-type": "application/json" },
  body: JSON.stringify({ agent: "shell", cwd: "/" }),
});
const { id } = createdSessionSchema.parse(await made.json());

interface Tally {
  name: string;
  last: number;
  seen: Uint8Array;
  count: number;
  twice: number;
  missed: number;
  connections: number;
  socket: WebSocket | undefined;
}
const total = Math.ceil(minutes * 60 * rate) + rate;
const tallies: Tally[] = Array.from({ length: clientCount }, (_, i) => ({
  name: i === 0 ? "stalling" : `client ${i}`,
  last: 0,
  seen: new Uint8Array(total + 1),
  count: 0,
  twice: 0,
  missed: 0,
  connections: 0,
  socket: undefined,
}));
let sent = 0;
let over = false;
let gapsInLog = 0;

function connect(tally: Tally): void {
  const address = `${gateway.url.replace("http", "ws")}/ws/mcp/events?session_id=${id}&after=${tally.last}`;
  const socket = new WebSocket(address, ["signalbox.v1", `bearer.${gateway.token}`]);
  tally.socket = socket;
  tally.connections += 1;
  socket.on("error", () => {});
  socket.on("close", () => {
    if (!over) setTimeout(() => connect(tally), Math.random() * 200);
  });
  socket.on("message", (data) => {
    const frame = parseJson(eventServerFrameSchema, String(data));
    if (!frame.ok) throw new Error(`a frame that is none: ${frame.reason}`);
    if ("gap" in frame.value) tally.missed += frame.value.gap.missed;
    if (!("events" in frame.value)) return;
    for (const { seq, event } of frame.value.events) {
      tally.last = seq;
      if (event.kind === "gap") {
        if (tally === tallies.at(-1)) gapsInLog += event.missed ?? 0;
        continue;
      }
      const number = event.progress ?? 0;
      if (tally.seen[number] === 1) tally.twice += 1;
      else tally.count += 1;
      tally.seen[number] = 1;
    }
  });
}

/** Resident memory of the gateway's process, in megabytes; Linux tells it. */
const memory = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1]) / 1024;
await daemon.readers(id, 1);
for (const tally of tallies) connect(tally);
const baseline = memory();
let highest = baseline;
const begun = performance.now();
const elapsed = () => performance.now() - begun;

const sending = setInterval(() => {
  const due = Math.min(total, Math.floor((elapsed() / 1000) * rate));
  while (sent < due) {
    sent += 1;
    daemon.emit(id, { kind: "progress", call: `c${sent % 50}`, tool: "soak", progress: sent, message: "x".repeat(80) });
  }
  // The scripted daemon keeps all it ever sent; a real one keeps a ring.
  const session = daemon.sessions.get(id);
  if (session !== undefined && session.events.length > 2 * RING_EVENTS)
    session.events = session.events.slice(-RING_EVENTS);
}, TICK_MS);
const cutting = setInterval(() => {
  if (Math.random() < 0.05) toDaemon.cut();
  const victim = tallies[Math.floor(Math.random() * tallies.length)];
  if (Math.random() < 0.5) victim?.socket?.terminate();
  if (Math.random() < 0.3) {
    const stalling = tallies[0]?.socket;
    stalling?.pause();
    setTimeout(() => stalling?.resume(), 5_000);
  }
}, 1_000);
/** Bytes that the gateway's main thread has in use, as it tells itself. */
async function heap(): Promise<number> {
  const metrics = await fetch(`${gateway.url}/metrics`, { headers: { authorization: `Bearer ${gateway.token}` } });
  return Number(/^signalbox_heap_bytes (\d+)/m.exec(await metrics.text())?.[1]) / 1024 / 1024;
}
const reporting = setInterval(async () => {
  highest = Math.max(highest, memory());
  console.log(
    `${Math.round(elapsed() / 1000)} s  sent ${sent}  ${tallies.map(({ count }) => count).join(" ")}  ${memory().toFixed(0)} MB, heap ${(await heap()).toFixed(0)} MB`,
  );
}, REPORT_MS);

await new Promise((resolve) => setTimeout(resolve, minutes * 60_000));
clearInterval(sending);
clearInterval(cutting);
clearInterval(reporting);
const patience = performance.now() + 60_000;
while (tallies.some(({ count, missed }) => count + missed + gapsInLog < sent) && performance.now() < patience) {
  await new Promise((resolve) => setTimeout(resolve, 200));
}
over = true;
console.log(`\nsent ${sent} in ${minutes} min at ${rate}/s, ${toDaemon.accepted} connections to the daemon`);
let good = true;
for (const { name, count, twice, missed, connections } of tallies) {
  const lost = sent - count - missed - gapsInLog;
  good &&= lost === 0 && twice === 0;
  console.log(
    `${name.padEnd(10)} seen ${count}  announced missing ${missed + gapsInLog}  lost ${lost}  twice ${twice}  connections ${connections}`,
  );
}
console.log(
  `memory ${baseline.toFixed(0)} MB at the start, ${highest.toFixed(0)} MB at most; journal ${(statSync(home.database).size / 1024 / 1024).toFixed(1)} MB`,
);
for (const { socket } of tallies) socket?.terminate();
child.kill("SIGTERM");
await new Promise((resolve) => child.once("exit", resolve));
await toDaemon.end();
await daemon.end();
rmSync(folder, { recursive: true, force: true });
console.log(good ? "nothing lost, nothing twice" : "NOT GOOD");
process.exit(good ? 0 : 1);
