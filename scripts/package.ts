/** `npm run package`: build, notices, electron-builder, and reading back what came out. `--dir` makes the folder only. */
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseJson, z } from "../shared/protocol/schema.ts";
import { buildProduct } from "./build/build-product.ts";
import { isBuilt, sourcesDigest } from "./build/digest.ts";
import { showProgress } from "./build/show-progress.ts";
import {
  findFaults,
  findFuseFaults,
  findHelperFaults,
  findPackages,
  findUpdateFaults,
  readContents,
  readFuses,
} from "./package/inspect-package.ts";
import { addPackages, missingPackages, wantedArchs } from "./package/native-packages.ts";
import { collectNotices, formatNotices, importedPackages } from "./package/notices.ts";
import { updateAddress, withoutEmpty } from "./package/release-environment.ts";
import { standInElectron } from "./package/stand-in-electron.ts";
import { findElectron } from "./start/electron-binary.ts";

const root = resolve(import.meta.dirname, "..");
const args = process.argv.slice(2);
const outputArgument = args.indexOf("--output");
const output = resolve(outputArgument === -1 ? join(root, "dist") : (args[outputArgument + 1] ?? join(root, "dist")));
const passedOn = outputArgument === -1 ? args : args.toSpliced(outputArgument, 2);

/** The system for which is packaged: the one that is asked for, else this one. */
const platform = passedOn.some((arg) => /^--?(win|windows|w)\b/.test(arg))
  ? "win32"
  : passedOn.some((arg) => /^--?(mac|m)\b/.test(arg))
    ? "darwin"
    : passedOn.some((arg) => /^--?(linux|l)\b/.test(arg))
      ? "linux"
      : process.platform;

async function build(): Promise<void> {
  if (isBuilt(root, sourcesDigest(root))) return;
  const done = showProgress("Building");
  const built = await buildProduct(root);
  done();
  if (!built.ok) throw new Error(built.output);
}

function electronVersion(): string {
  const file = readFileSync(join(root, "node_modules", "electron", "package.json"), "utf8");
  const read = parseJson(z.object({ version: z.string() }), file);
  if (!read.ok) throw new Error(`Electron's package is damaged: ${read.reason}`);
  return read.value.version;
}

/** A stand-in where Electron's program is not here and only a folder is wanted; otherwise the packager fetches its own. */
function standIn(version: string): string | undefined {
  const wanted = passedOn.includes("--dir") && platform === "linux";
  return wanted && findElectron(root) === undefined ? standInElectron(version) : undefined;
}

function runBuilder(version: string, electron: string | undefined, url: string | undefined): boolean {
  const settings = [
    `-c.electronVersion=${version}`,
    `-c.directories.output=${output}`,
    ...(electron === undefined ? [] : [`-c.electronDist=${electron}`]),
    ...(url === undefined ? [] : ["-c.publish.provider=generic", `-c.publish.url=${url}`]),
  ];
  const publish = passedOn.some((arg) => arg.startsWith("--publish")) ? [] : ["--publish", "never"];
  const builder = join(root, "node_modules", "electron-builder", "cli.js");
  return (
    spawnSync(process.execPath, [builder, ...passedOn, ...publish, ...settings], {
      cwd: root,
      stdio: "inherit",
      env: withoutEmpty(process.env),
    }).status === 0
  );
}

/** Prints what each package holds and gives what is wrong with it. */
async function inspect(url: string | undefined): Promise<string[]> {
  const packages = findPackages(output);
  if (packages.length === 0) return ["nothing was packaged"];
  const faults: string[] = [];
  for (const { folder, program } of packages) {
    const contents = readContents(folder);
    const found = [
      ...findFaults(contents),
      ...findFuseFaults(await readFuses(program)),
      ...findHelperFaults(folder, contents),
      ...findUpdateFaults(folder, url),
    ];
    console.log(
      `${folder}: ${contents.archived.length} files in the archive, ${contents.unpacked.length} of them beside it`,
    );
    faults.push(...found.map((fault) => `${folder}: ${fault}`));
  }
  return faults;
}

const url = updateAddress(process.env);
await build();
addPackages(root, missingPackages(root, platform, wantedArchs(passedOn, process.arch)));
writeFileSync(
  join(root, "out", "THIRD-PARTY-NOTICES.txt"),
  formatNotices(collectNotices(root, importedPackages(root))),
);
const version = electronVersion();
const electron = standIn(version);
if (electron !== undefined) {
  console.log("Electron's program is not here: packaging into a stand-in, which does not run.");
}
for (const { folder } of findPackages(output)) rmSync(folder, { recursive: true, force: true });
const packed = runBuilder(version, electron, url);
if (electron !== undefined) rmSync(electron, { recursive: true, force: true });
const faults = packed ? await inspect(url) : ["electron-builder failed"];
for (const fault of faults) console.error(`package: ${fault}`);
if (faults.length > 0) process.exitCode = 1;
