/**
 * The MCP conformance run of both eras: what each revision requires of a server, against fixtures of both, directly and through the
 * daemon. Exit code 1 where a pair passes fewer scenarios than it did. `--only=<pair>` runs one pair, `--quick` the two with an old server.
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

/** How many of a revision's scenarios pass. */
async function score(label: string, url: string, revision: string): Promise<number> {
  const wrong = await runSuite(url, revision);
  const names = required(revision);
  const bad = names.filter((name) => wrong.get(name)?.length !== 0);
  console.log(`${label}, required by ${revision}: ${names.length - bad.length} of ${names.length}`);
  for (const name of bad) {
    console.log(`  ${name}`);
    for (const reason of wrong.get(name) ?? ["not run"]) console.log(`    ${reason.slice(0, 400)}`);
  }
  return names.length - bad.length;
}

async function through(label: string, servers: Record<string, unknown>, revision: string): Promise<number> {
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
const quick = process.argv.includes("--quick");
const only = process.argv.find((argument) => argument.startsWith("--only="))?.slice("--only=".length);
try {
  const [legacy = "", modern = ""] = await Promise.all(fixtures.map(firstLine));
  const stdio = { command: process.execPath, args: [MODERN, "stdio"] };
  // With how many scenarios each passed last. The old fixture lacks tools that 13 scenarios of the new revision call; servers that speak
  // the new revision alone are refused still.
  const runs: [string, number, () => Promise<number>][] = [
    ["direct", 37, () => score("a modern server, directly", modern, "2026-07-28")],
    ["modern-modern", 0, () => through("modern agent, modern server", { up: { url: modern } }, "2026-07-28")],
    ["modern-stdio", 0, () => through("modern agent, modern server over stdio", { up: stdio }, "2026-07-28")],
    ["modern-legacy", 24, () => through("modern agent, legacy server", { up: { url: legacy } }, "2026-07-28")],
    ["legacy-modern", 0, () => through("legacy agent, modern server", { up: { url: modern } }, "2025-11-25")],
    ["legacy-legacy", 30, () => through("legacy agent, legacy server", { up: { url: legacy } }, "2025-11-25")],
  ];
  for (const [name, least, run] of runs) {
    if ((only !== undefined && only !== name) || (quick && !name.endsWith("-legacy"))) continue;
    const passed = await run();
    if (passed >= least) continue;
    console.log(`${name}: ${passed} scenarios pass, where ${least} did`);
    process.exitCode = 1;
  }
} finally {
  for (const fixture of fixtures) fixture.kill();
}
