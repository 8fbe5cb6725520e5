/**
 * The MCP conformance run of both eras: what each revision requires of a server, against fixtures of both, directly and through the
 * daemon. `--quick` leaves out what is asked directly.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { startBearerRelay } from "../support/bearer-relay.ts";
import { startDaemon } from "../support/daemon/start-daemon.ts";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const SUITE = at("../../node_modules/conformance-2026/dist/index.js");
const LEGACY = at("../fixtures/conformance-server/server.ts");
const MODERN = at("../fixtures/modern-server/server.ts");

interface Check {
  id: string;
  status: string;
  errorMessage?: string;
}
const say = ({ id, errorMessage }: Check) => `${id}${errorMessage === undefined ? "" : `: ${errorMessage}`}`;

/** What is wrong in each scenario: failures and warnings. */
async function runSuite(url: string, revision: string): Promise<Map<string, string[]>> {
  const output = mkdtempSync(join(tmpdir(), "signalbox-conformance-"));
  const args = [SUITE, "server", "--url", url, "--requirements", revision, "--output-dir", output];
  const suite = spawn(process.execPath, args, { stdio: "ignore" });
  await new Promise((resolve) => suite.once("close", resolve));
  const wrong = new Map<string, string[]>();
  for (const file of readdirSync(output, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith("checks.json")) continue;
    const name = file.replace(/[\\/]checks\.json$/, "").replace(/^.*server-(?!initialize|stateless|sse|session)/, "");
    const checks = JSON.parse(readFileSync(join(output, file), "utf8")) as Check[];
    const bad = checks.filter(({ status }) => status === "FAILURE" || status === "WARNING");
    const good = checks.some(({ status }) => status === "SUCCESS");
    wrong.set(
      name.replace(/-\d{4}-\d\d-\d\dT.*$/, ""),
      bad.length > 0 || good ? bad.map(say) : ["nothing was checked"],
    );
  }
  rmSync(output, { recursive: true, force: true });
  return wrong;
}

function firstLine(child: ChildProcess): Promise<string> {
  const { stdout } = child;
  if (stdout === null) throw new Error("the fixture has no output");
  return new Promise((resolve, reject) => {
    createInterface({ input: stdout }).once("line", resolve);
    child.once("exit", () => reject(new Error("the fixture did not start")));
  });
}

const required = (revision: string): string[] => {
  const text = readFileSync(at(`../../node_modules/conformance-2026/requirements/${revision}.yaml`), "utf8");
  const server = /^server:\n((?: {2}- .*\n)+)/m.exec(text)?.[1] ?? "";
  return [...server.matchAll(/- (\S+)/g)].map(([, name]) => name ?? "");
};

async function score(label: string, url: string, revision: string): Promise<boolean> {
  const wrong = await runSuite(url, revision);
  const names = required(revision);
  const bad = names.filter((name) => wrong.get(name)?.length !== 0);
  console.log(`${label}, required by ${revision}: ${names.length - bad.length} of ${names.length}`);
  for (const name of bad) {
    console.log(`  ${name}`);
    for (const reason of wrong.get(name) ?? ["not run"]) console.log(`    ${reason.slice(0, 400)}`);
  }
  return bad.length === 0;
}

async function through(label: string, servers: Record<string, unknown>, revision: string): Promise<boolean> {
  const daemon = await startDaemon(servers);
  try {
    await daemon.settled();
    const { token } = await daemon.session();
    const relay = await startBearerRelay(`${daemon.url}/mcp`, token);
    const good = await score(label, relay.url, revision);
    await relay.close();
    return good;
  } finally {
    await daemon.stop();
  }
}

const fixtures = [
  spawn(process.execPath, [LEGACY], { stdio: ["ignore", "pipe", "inherit"] }),
  spawn(process.execPath, [MODERN, "http"], { stdio: ["ignore", "pipe", "inherit"] }),
];
const only = process.argv.find((argument) => argument.startsWith("--only="))?.slice("--only=".length);
try {
  const [legacy = "", modern = ""] = await Promise.all(fixtures.map(firstLine));
  const stdio = { command: process.execPath, args: [MODERN, "stdio"] };
  const runs: [string, () => Promise<boolean>][] = [
    ["direct", () => score("a modern server, directly", modern, "2026-07-28")],
    ["modern-modern", () => through("modern agent, modern server", { up: { url: modern } }, "2026-07-28")],
    ["modern-stdio", () => through("modern agent, modern server over stdio", { up: stdio }, "2026-07-28")],
    ["modern-legacy", () => through("modern agent, legacy server", { up: { url: legacy } }, "2026-07-28")],
    ["legacy-modern", () => through("legacy agent, modern server", { up: { url: modern } }, "2025-11-25")],
    ["legacy-legacy", () => through("legacy agent, legacy server", { up: { url: legacy } }, "2025-11-25")],
  ];
  for (const [name, run] of runs) if (only === undefined || only === name) await run();
} finally {
  for (const fixture of fixtures) fixture.kill();
}
