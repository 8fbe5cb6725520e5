/** Says which of the paths that stand in a session's terminal exist, and where they are. */
import { stat } from "node:fs/promises";
import { homedir, hostname } from "node:os";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { ResolvedPath } from "../../../shared/protocol/terminal-paths.ts";

/** Looked at together; a share that does not answer holds threads that all files share. */
const AT_ONCE = 2;
/** A path that cannot be looked at in this time counts as absent, in milliseconds. */
const LIMIT_MS = 1_500;
/** Looks that have not come back: beyond these nothing is looked at until one does. */
const MAX_LEFT = 2;

export interface PathResolver {
  /** In order; null for what is no file and no folder. */
  resolve(folder: string, paths: readonly string[]): Promise<(ResolvedPath | null)[]>;
}

export function createPathResolver(look: typeof stat = stat, limitMs = LIMIT_MS): PathResolver {
  let left = 0;

  async function kindOf(path: string): Promise<ResolvedPath["kind"] | undefined> {
    let late: NodeJS.Timeout | undefined;
    let waited = true;
    const asked = look(path).then(
      (found) => (found.isDirectory() ? "folder" : found.isFile() ? "file" : undefined),
      () => undefined,
    );
    void asked.then(() => {
      if (!waited) left -= 1;
    });
    const timeout = new Promise<undefined>((done) => {
      late = setTimeout(() => {
        waited = false;
        left += 1;
        done(undefined);
      }, limitMs);
    });
    const kind = await Promise.race([asked, timeout]);
    clearTimeout(late);
    return kind;
  }

  return {
    async resolve(folder, paths) {
      const answers: (ResolvedPath | null)[] = paths.map(() => null);
      let next = 0;
      const before = left;
      const work = async () => {
        // What hangs once would hang for every other path of the same share.
        while (next < paths.length && left <= before && left < MAX_LEFT) {
          const at = next;
          next += 1;
          const path = absolute(folder, paths[at] ?? "");
          const kind = path === undefined ? undefined : await kindOf(path);
          if (path !== undefined && kind !== undefined) answers[at] = { path, kind };
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
      return answers;
    },
  };
}

/** Undefined for what names another machine: looking at it would connect to it, with the person's name. */
function absolute(folder: string, text: string): string | undefined {
  if (/^[\\/]{2}/.test(text) || text.includes("\0")) return undefined;
  if (/^file:/i.test(text)) return fromAddress(text);
  if (text === "~" || /^~[\\/]/.test(text)) return resolve(homedir(), `.${text.slice(1)}`);
  const full = resolve(folder, text);
  return /^[\\/]{2}/.test(full) && !/^[\\/]{2}/.test(folder) ? undefined : full;
}

function fromAddress(text: string): string | undefined {
  try {
    const address = new URL(text);
    if (!["", "localhost", hostname().toLowerCase()].includes(address.hostname)) return undefined;
    address.hostname = "";
    address.search = "";
    address.hash = "";
    return fileURLToPath(address);
  } catch {
    return undefined;
  }
}
