/** Runs the desktop's tests and says what they ran on. Exit code 0: everything that could run passed. */
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { whyNoElectron } from "./launch.ts";

const root = resolve(import.meta.dirname, "..", "..");
const cli = resolve(root, "node_modules", "@playwright", "test", "cli.js");
const config = resolve(import.meta.dirname, "playwright.config.ts");
const run = spawnSync(process.execPath, [cli, "test", "--config", config, ...process.argv.slice(2)], {
  cwd: root,
  stdio: "inherit",
});
const why = whyNoElectron(root);
if (why !== undefined) console.log(`Electron itself: not run, ${why} (the same specs ran against the typed double)`);
process.exitCode = run.status ?? 1;
