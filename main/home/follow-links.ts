/** Follows a link to a file that its person keeps elsewhere, as managers of dotfiles make them, where nobody else can lead it. */
import { lstatSync, readlinkSync, realpathSync, type Stats, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

/** `path`: where the file itself is, or would be made. */
export type Followed = { ok: true; path: string; linked: boolean } | { ok: false; reason: string };

const MAX_LINKS = 8;

/**
 * Each link, and each folder on the way to what it names, must belong to this user or to root and be closed to others'
 * writing. A link that leads nowhere is refused: a file that is away for a moment is no empty one.
 */
export function followLinks(path: string): Followed {
  let at = path;
  for (let links = 0; ; links += 1) {
    const found = lstatSync(at, { throwIfNoEntry: false });
    if (found === undefined) {
      return links === 0
        ? { ok: true, path, linked: false }
        : { ok: false, reason: `it is a link to ${at}, which is not there` };
    }
    if (!found.isSymbolicLink()) {
      return { ok: true, path: at, linked: links > 0 };
    }
    if (links === MAX_LINKS) return { ok: false, reason: "its links lead in a circle" };
    if (!trusted(found)) return { ok: false, reason: `it is a link of another user (${at})` };
    try {
      const target = resolve(dirname(at), readlinkSync(at));
      const folder = realpathSync(dirname(target));
      const open = openFolder(folder);
      if (open !== undefined) {
        return { ok: false, reason: `it is a link into ${open}, where other users may write (chmod go-w it)` };
      }
      at = join(folder, basename(target));
    } catch (error) {
      return { ok: false, reason: `it is a link that leads nowhere (${(error as NodeJS.ErrnoException).code})` };
    }
  }
}

const trusted = ({ uid }: Stats) => process.getuid === undefined || uid === process.getuid() || uid === 0;

/** The first folder on the way in which others may put something of theirs; a sticky one lets nobody replace what is not theirs. */
function openFolder(folder: string): string | undefined {
  if (process.platform === "win32") return undefined;
  for (let at = folder; ; at = dirname(at)) {
    const stat = statSync(at);
    if (!trusted(stat) || ((stat.mode & 0o022) !== 0 && (stat.mode & 0o1000) === 0)) return at;
    if (at === dirname(at)) return undefined;
  }
}
