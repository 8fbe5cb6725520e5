/** Finds an agent's version without letting it write into the person's home: in the package beside its program, else from `--version`. */
import { mkdtempSync, readFileSync, realpathSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { parseJson, z } from "../../shared/protocol/schema.ts";
import { oneLine } from "../../shared/text/visible.ts";
import { askProgram } from "../home/child-end.ts";

const LIMIT_MS = 10_000;
const OUTPUT_BYTES = 64 * 1024;
const PACKAGE_BYTES = 1024 * 1024;
/** Folders above a program in which its package may be: `bin/`, `dist/cli/` and the like. */
const MAX_ABOVE = 5;

const NUMBER = /\d+\.\d+(?:\.\d+)?(?:[-+][\w.-]+)?/;
const packageSchema = z.looseObject({ name: z.string(), version: z.string() });

/** `packages`: names under which npm has this agent. Undefined when neither says a version within 10 s. */
export async function programVersion(
  path: string,
  packages: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  return installedVersion(path, packages) ?? (await askVersion(path, env));
}

/** From the `package.json` of the package that the program lies in, or from the name of the folder or file that an installer gave it. */
export function installedVersion(path: string, packages: readonly string[]): string | undefined {
  const real = realPath(path);
  const places: string[] = [];
  for (let folder = dirname(real), above = 0; above < MAX_ABOVE; folder = dirname(folder), above += 1)
    places.push(folder);
  for (const name of packages) {
    // npm's starters on Windows, pnpm's everywhere: small scripts, no links.
    places.push(join(dirname(path), "node_modules", name), join(dirname(path), "..", name));
  }
  for (const place of places) {
    const found = readPackage(join(place, "package.json"));
    if (found !== undefined && packages.includes(found.name)) return oneLine(found.version, 40);
  }
  // Claude Code's own installer: `~/.local/bin/claude` → `…/versions/2.1.332`.
  const named = real === path ? "" : basename(real);
  return /^\d+\.\d+\.\d+$/.test(named) ? named : undefined;
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function readPackage(path: string): { name: string; version: string } | undefined {
  try {
    if ((statSync(path, { throwIfNoEntry: false })?.size ?? PACKAGE_BYTES) >= PACKAGE_BYTES) return undefined;
    const parsed = parseJson(packageSchema, readFileSync(path, "utf8"));
    return parsed.ok ? parsed.value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The first version number in what `--version` prints. The program gets an empty home of its own, which is thrown away: some agents
 * write their folders and files as soon as they run.
 */
async function askVersion(path: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const home = mkdtempSync(join(tmpdir(), "signalbox-version-"));
  try {
    const answer = await askProgram(path, ["--version"], {
      env: elsewhere(env, home),
      cwd: home,
      limitMs: LIMIT_MS,
      maxBytes: OUTPUT_BYTES,
    });
    if (answer?.end?.code !== 0) return undefined;
    const line = answer.text.split("\n").find((text) => text.trim() !== "") ?? "";
    return NUMBER.exec(line)?.[0] ?? (line === "" ? undefined : oneLine(line, 40));
  } finally {
    rmSync(home, { recursive: true, force: true, maxRetries: 2 });
  }
}

/** Variables that name where a person's files are, of the system and of the agents. */
const HOMES =
  /^(HOME|USERPROFILE|APPDATA|LOCALAPPDATA|XDG_\w+_HOME|XDG_RUNTIME_DIR|CODEX_HOME|CLAUDE_CONFIG_DIR|GEMINI_\w*HOME|OPENCODE_CONFIG\w*)$/;

function elsewhere(env: NodeJS.ProcessEnv, home: string): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !HOMES.test(name));
  return { ...Object.fromEntries(kept), HOME: home, USERPROFILE: home, APPDATA: home, LOCALAPPDATA: home };
}
