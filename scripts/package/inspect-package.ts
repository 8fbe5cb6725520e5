/** Reads a package back: what its archive holds, what lies beside it, and how its fuses are set. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { listPackage, statFile } from "@electron/asar";
import { FuseState, FuseV1Options, getCurrentFuseWire } from "@electron/fuses";

export interface PackageContents {
  /** Every file of the archive, unpacked ones included, with forward slashes and without a leading one. */
  archived: string[];
  /** Those of them that are real files beside the archive. */
  unpacked: string[];
}

/** `folder` is the unpacked application's; on macOS that of `Contents`. */
export const resourcesOf = (folder: string): string =>
  existsSync(join(folder, "Resources")) ? join(folder, "Resources") : join(folder, "resources");

export function readContents(folder: string): PackageContents {
  const archive = join(resourcesOf(folder), "app.asar");
  const all = listPackage(archive, { isPack: false })
    .map((path) => path.replaceAll("\\", "/").replace(/^\//, ""))
    .filter((path) => !("files" in statFile(archive, path, false)));
  const unpacked = all.filter((path) => "unpacked" in statFile(archive, path, false));
  return { archived: all.sort(), unpacked: unpacked.sort() };
}

/** What may be in the archive, and nothing else: built code, the tray's and the window's icons, the native terminal. */
const EXPECTED: readonly RegExp[] = [
  /^package\.json$/,
  /^out\/main\/[\w-]+\.js$/,
  /^out\/preload\/preload\.cjs$/,
  /^out\/renderer\/index\.html$/,
  /^out\/renderer\/assets\/[\w.-]+\.(js|css|woff2|otf|svg|png)$/,
  /^resources\/icons\/256x256\.png$/,
  /^resources\/tray\/[\w@-]+\.(png|ico)$/,
  /^node_modules\/@lydell\/node-pty(-(linux|darwin|win32)-(x64|arm64))?\/[\w./-]+$/,
];

const REQUIRED: readonly string[] = [
  "package.json",
  "out/main/electron.js",
  "out/main/cli.js",
  "out/main/journal-worker.js",
  "out/main/screen-worker.js",
  "out/main/check-worker.js",
  "out/preload/preload.cjs",
  "out/renderer/index.html",
  "resources/icons/256x256.png",
  "resources/tray/idleTemplate@2x.png",
  "node_modules/@lydell/node-pty/index.js",
];

/** One sentence for each thing that is missing or does not belong; empty when the package is as it should be. */
export function findFaults(contents: PackageContents): string[] {
  const strange = contents.archived.filter((path) => !EXPECTED.some((pattern) => pattern.test(path)));
  const missing = REQUIRED.filter((path) => !contents.archived.includes(path));
  const native = contents.archived.filter((path) => path.endsWith(".node"));
  const packed = contents.archived.filter(
    (path) => path.startsWith("node_modules/") && !contents.unpacked.includes(path),
  );
  const code = contents.unpacked.filter((path) => !path.startsWith("node_modules/@lydell/"));
  return [
    ...strange.map((path) => `${path} does not belong in the archive`),
    ...missing.map((path) => `${path} is missing`),
    ...(native.length === 0 ? ["the native terminal is missing"] : []),
    ...packed.map((path) => `${path} must be a real file beside the archive`),
    ...code.map((path) => `${path} must not lie outside the archive, where nothing vouches for it`),
  ];
}

/** Fuses by name; undefined where this Electron has none of that name. */
export async function readFuses(program: string): Promise<Record<string, boolean | undefined>> {
  const wire = await getCurrentFuseWire(program);
  const state = (fuse: FuseV1Options) => {
    const value = wire[fuse];
    return value === FuseState.ENABLE ? true : value === FuseState.DISABLE ? false : undefined;
  };
  return {
    runAsNode: state(FuseV1Options.RunAsNode),
    cookieEncryption: state(FuseV1Options.EnableCookieEncryption),
    nodeOptions: state(FuseV1Options.EnableNodeOptionsEnvironmentVariable),
    nodeCliInspect: state(FuseV1Options.EnableNodeCliInspectArguments),
    asarIntegrity: state(FuseV1Options.EnableEmbeddedAsarIntegrityValidation),
    onlyAsar: state(FuseV1Options.OnlyLoadAppFromAsar),
    fileProtocolPrivileges: state(FuseV1Options.GrantFileProtocolExtraPrivileges),
  };
}

/** How they must be: see electron-builder.yml for why RunAsNode stays on. */
export const EXPECTED_FUSES = {
  runAsNode: true,
  // The app keeps no cookies; the key for them would open the system's key store, with a question to the person.
  cookieEncryption: false,
  nodeOptions: false,
  nodeCliInspect: false,
  asarIntegrity: true,
  onlyAsar: true,
  fileProtocolPrivileges: false,
} as const;

export function findFuseFaults(fuses: Record<string, boolean | undefined>): string[] {
  return Object.entries(EXPECTED_FUSES)
    .filter(([name, wanted]) => fuses[name] !== wanted)
    .map(([name, wanted]) => `the fuse ${name} is ${fuses[name]}, not ${wanted}`);
}

/** macOS starts terminals through a helper that must stay executable on its way through the archive. */
export function findHelperFaults(folder: string, contents: PackageContents): string[] {
  if (process.platform === "win32") return [];
  return contents.unpacked
    .filter((path) => path.endsWith("/spawn-helper"))
    .filter((path) => (statSync(join(resourcesOf(folder), "app.asar.unpacked", path)).mode & 0o111) !== 0o111)
    .map((path) => `${path} cannot be executed: no terminal would start`);
}

/** The app looks for newer versions where this file says, so it must be there only when asked for, with that address. */
export function findUpdateFaults(folder: string, asked: string | undefined): string[] {
  const file = join(resourcesOf(folder), "app-update.yml");
  const text = existsSync(file) ? readFileSync(file, "utf8") : undefined;
  if (asked === undefined) return text === undefined ? [] : ["app-update.yml was not asked for"];
  if (text === undefined) return ["app-update.yml is missing"];
  return text.includes(asked) ? [] : [`app-update.yml does not name ${asked}`];
}

/** Folders of applications under the packager's output: `linux-unpacked`, `win-arm64-unpacked`, `mac-universal/Signalbox.app/Contents`. */
export function findPackages(output: string): { folder: string; program: string }[] {
  if (!existsSync(output)) return [];
  return readdirSync(output).flatMap((name) => {
    const folder = join(output, name);
    const app = join(folder, "Signalbox.app");
    if (existsSync(app)) return [{ folder: join(app, "Contents"), program: app }];
    if (!name.endsWith("-unpacked")) return [];
    return [{ folder, program: join(folder, name.startsWith("win") ? "Signalbox.exe" : "signalbox") }];
  });
}
