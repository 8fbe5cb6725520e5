/** The answer to "is the build still that of these sources": a digest of what goes into it, kept beside it. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const FOLDERS = ["main", "preload", "renderer", "shared"] as const;
const FILES = ["electron.vite.config.ts", "package.json", "package-lock.json", "tsconfig.json"] as const;
const RESULTS = ["main/cli.js", "main/electron.js", "preload/preload.cjs", "renderer/index.html"] as const;

const stampPath = (root: string) => join(root, "out", ".sources");

/** Hex SHA-256 over the path and content of every source. Content rather than times: a checkout, a copy and a deletion all count. */
export function sourcesDigest(root: string): string {
  const hash = createHash("sha256");
  for (const path of [...FILES, ...FOLDERS.flatMap((folder) => sourceFiles(root, folder))]) {
    const full = join(root, path);
    if (!existsSync(full)) continue;
    const content = readFileSync(full);
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}

/** True when the build is whole and was made from sources with this digest. */
export function isBuilt(root: string, digest: string): boolean {
  if (!RESULTS.every((path) => existsSync(join(root, "out", path)))) return false;
  const stamp = stampPath(root);
  return existsSync(stamp) && readFileSync(stamp, "utf8").trim() === digest;
}

/** Taken away before a build begins, so that an interrupted one never counts. */
export const forgetBuild = (root: string): void => rmSync(stampPath(root), { force: true });

export const rememberBuild = (root: string, digest: string): void => writeFileSync(stampPath(root), `${digest}\n`);

function sourceFiles(root: string, folder: string): string[] {
  const found = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
  return found
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}
