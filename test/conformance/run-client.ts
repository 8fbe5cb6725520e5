/** The client half of the MCP conformance run: how the daemon speaks to remote servers and signs in to them. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const SUITE = at("../../node_modules/@modelcontextprotocol/conformance/dist/index.js");
const command = `${process.execPath} ${at("./client.ts")}`;

const SCENARIOS = [
  "initialize",
  "tools_call",
  "sse-retry",
  "elicitation-sep1034-client-defaults",
  "auth/metadata-default",
  "auth/metadata-var1",
  "auth/metadata-var2",
  "auth/metadata-var3",
  "auth/scope-from-www-authenticate",
  "auth/scope-from-scopes-supported",
  "auth/scope-omitted-when-undefined",
  "auth/scope-step-up",
  "auth/scope-retry-limit",
  "auth/token-endpoint-auth-basic",
  "auth/token-endpoint-auth-post",
  "auth/token-endpoint-auth-none",
  "auth/2025-03-26-oauth-metadata-backcompat",
  "auth/2025-03-26-oauth-endpoint-fallback",
  "auth/pre-registration",
  "auth/resource-mismatch",
  "auth/offline-access-scope",
  "auth/offline-access-not-supported",
];
/** What the daemon does not do: clients that are described by a hosted document, and grants without a person. */
const NOT_OFFERED = [
  "auth/basic-cimd",
  "auth/client-credentials-jwt",
  "auth/client-credentials-basic",
  "auth/cross-app-access-complete-flow",
];

interface Check {
  id: string;
  status: string;
  errorMessage?: string;
}

function run(scenario: string): Check[] {
  const output = mkdtempSync(join(tmpdir(), "signalbox-conformance-"));
  spawnSync(process.execPath, [SUITE, "client", "--command", command, "--scenario", scenario, "--output-dir", output], {
    stdio: "ignore",
  });
  const file = readdirSync(output, { recursive: true, encoding: "utf8" }).find((name) => name.endsWith("checks.json"));
  const checks = file === undefined ? [] : (JSON.parse(readFileSync(join(output, file), "utf8")) as Check[]);
  rmSync(output, { recursive: true, force: true });
  return checks;
}

const wide = Math.max(...[...SCENARIOS, ...NOT_OFFERED].map((name) => name.length));
let passed = 0;
for (const scenario of SCENARIOS) {
  const checks = run(scenario);
  const bad = checks.filter(({ status }) => status === "FAILURE" || status === "WARNING");
  const good = checks.some(({ status }) => status === "SUCCESS") && bad.length === 0;
  passed += Number(good);
  console.log(`${scenario.padEnd(wide)}  ${good ? "pass" : "FAIL"}`);
  for (const { id, errorMessage } of bad) console.log(`    ${id}: ${errorMessage ?? ""}`);
}
for (const scenario of NOT_OFFERED) console.log(`${scenario.padEnd(wide)}  not offered`);
console.log(
  `\nconformance, client half: ${passed} of ${SCENARIOS.length} through the daemon, ${NOT_OFFERED.length} not offered`,
);
process.exitCode = passed === SCENARIOS.length ? 0 : 1;
