/** The notices of third-party software in a package: the packages that our code imports, with all that these need. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseJson, z } from "../../shared/protocol/schema.ts";

const packageSchema = z.object({
  name: z.string(),
  version: z.string(),
  license: z.union([z.string(), z.object({ type: z.string() })]).optional(),
  repository: z.union([z.string(), z.object({ url: z.string() })]).optional(),
  dependencies: z.record(z.string(), z.string()).optional(),
  optionalDependencies: z.record(z.string(), z.string()).optional(),
});

export interface Notice {
  name: string;
  version: string;
  license: string;
  text: string;
}

const FOLDERS = ["main", "preload", "renderer", "shared"] as const;
/** `from "x"`, `import "x"`, `import("x")`, `@import "x"`. Relative paths and Node's own modules are not packages. */
const IMPORT = /(?:from|import)\s*\(?\s*["']((?:@[\w.-]+\/)?[\w][\w.-]*)(?:\/[^"']*)?["']/g;

/** Names of the packages that the product's own sources import, Electron excepted: it brings its licences itself. */
export function importedPackages(root: string): string[] {
  const found = new Set<string>();
  for (const folder of FOLDERS) {
    for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !/\.(tsx?|css)$/.test(entry.name) || /\.test\.tsx?$/.test(entry.name)) continue;
      const text = readFileSync(join(entry.parentPath, entry.name), "utf8");
      for (const [, name] of text.matchAll(IMPORT)) if (name !== undefined) found.add(name);
    }
  }
  found.delete("electron");
  return [...found].filter((name) => !name.startsWith("node:")).sort();
}

/**
 * Notices for these packages and everything they depend on, each version once. More than the bundler keeps, never
 * less. A package that is not installed (another platform's binary) has nothing in this package either. One without a
 * licence text of its own comes under that of its repository, where another package carries it.
 */
export function collectNotices(root: string, names: readonly string[]): Notice[] {
  const visited = new Set<string>();
  const notices = new Map<string, Notice & { repository: string | undefined }>();
  const queue = names.map((name) => ({ name, from: root }));
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const folder = findPackage(next.name, next.from, root);
    if (folder === undefined || visited.has(folder)) continue;
    visited.add(folder);
    const read = parseJson(packageSchema, readFileSync(join(folder, "package.json"), "utf8"));
    if (!read.ok) throw new Error(`${folder}/package.json: ${read.reason}`);
    const { name, version, license, repository, dependencies, optionalDependencies } = read.value;
    notices.set(`${name}@${version}`, {
      name,
      version,
      license: typeof license === "string" ? license : (license?.type ?? "see below"),
      text: licenseText(folder),
      repository: typeof repository === "string" ? repository : repository?.url,
    });
    for (const needed of Object.keys({ ...dependencies, ...optionalDependencies })) {
      queue.push({ name: needed, from: folder });
    }
  }
  const all = [...notices.values()];
  const sibling = (notice: (typeof all)[number]) =>
    all.find(({ text, repository }) => text !== "" && repository !== undefined && repository === notice.repository);
  return all
    .map(({ name, version, license, text, ...rest }) => {
      const found = text === "" ? sibling({ name, version, license, text, ...rest })?.text : text;
      return { name, version, license, text: found ?? NO_TEXT };
    })
    .sort((a, b) => a.name.localeCompare(b.name) || a.version.localeCompare(b.version));
}

const NO_TEXT = "The package names its licence, and carries no text of it.";

/** One text: a list first, then each licence in full. */
export function formatNotices(notices: readonly Notice[]): string {
  const list = notices.map(({ name, version, license }) => `${name} ${version} (${license})`).join("\n");
  const full = notices
    .map(({ name, version, text }) => `${"=".repeat(80)}\n${name} ${version}\n\n${text}`)
    .join("\n\n");
  return `Signalbox contains the following software of others, under their licences. Electron and Chromium list theirs\nin files of their own beside this one.\n\n${list}\n\n${full}\n`;
}

/** Where Node would find it: beside the package that needs it, or in a folder above. */
function findPackage(name: string, from: string, root: string): string | undefined {
  for (let folder = from; folder.startsWith(root); folder = join(folder, "..")) {
    const candidate = join(folder, "node_modules", name);
    if (existsSync(join(candidate, "package.json"))) return candidate;
  }
  return undefined;
}

function licenseText(folder: string): string {
  const file = readdirSync(folder).find((name) => /^(licen[cs]e|copying|ofl)(\b|[-.])/i.test(name));
  return file === undefined ? "" : readFileSync(join(folder, file), "utf8").trim();
}
