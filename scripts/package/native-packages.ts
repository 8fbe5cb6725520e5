/** Fetches the native terminal for every architecture that a package is made for; `npm ci` brings only this machine's. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseJson, z } from "../../shared/protocol/schema.ts";

const packageSchema = z.object({ optionalDependencies: z.record(z.string(), z.string()) });

/** Architectures by the packager's arguments: those named, both for a release, this machine's for a folder. */
export function wantedArchs(args: readonly string[], host: string): string[] {
  const named = ["x64", "arm64"].filter((arch) => args.includes(`--${arch}`));
  if (args.includes("--universal") || (named.length === 0 && !args.includes("--dir"))) return ["x64", "arm64"];
  return named.length === 0 ? [host] : named;
}

/** `name@version` of the native packages that are wanted and not installed. */
export function missingPackages(root: string, platform: string, archs: readonly string[]): string[] {
  const file = join(root, "node_modules", "@lydell", "node-pty", "package.json");
  const read = parseJson(packageSchema, readFileSync(file, "utf8"));
  if (!read.ok) throw new Error(`${file}: ${read.reason}`);
  return archs.flatMap((arch) => {
    const name = `@lydell/node-pty-${platform}-${arch}`;
    const version = read.value.optionalDependencies[name];
    if (version === undefined) throw new Error(`there is no native terminal for ${platform} ${arch}`);
    return existsSync(join(root, "node_modules", name)) ? [] : [`${name}@${version}`];
  });
}

/** Adds them to node_modules without touching package.json or the lock. Throws when npm fails. */
export function addPackages(root: string, packages: readonly string[]): void {
  if (packages.length === 0) return;
  const args = ["install", "--no-save", "--force", "--no-audit", "--no-fund", ...packages];
  const run = spawnSync("npm", args, { cwd: root, stdio: "inherit", shell: process.platform === "win32" });
  if (run.status !== 0) throw new Error(`npm could not add ${packages.join(" ")}`);
}
