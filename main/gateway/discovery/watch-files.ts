/** Notices that a discovery file changed: the folder's own events, with a stat every 2 s as a net beneath them. */
import { type FSWatcher, statSync, watch } from "node:fs";
import { basename, dirname } from "node:path";

const STAT_INTERVAL_MS = 2_000;

/** Calls `changed` when one of the files appears, changes or goes. Folders that do not exist yet are left to the net. */
export function watchFiles(paths: readonly string[], changed: () => void): () => void {
  const watchers = new Map<string, FSWatcher>();
  let seen = paths.map(fingerprint).join();
  const look = () => {
    for (const folder of new Set(paths.map((path) => dirname(path)))) if (!watchers.has(folder)) begin(folder);
    const now = paths.map(fingerprint).join();
    if (now === seen) return;
    seen = now;
    changed();
  };
  const begin = (folder: string) => {
    const names = new Set(paths.filter((path) => dirname(path) === folder).map((path) => basename(path)));
    try {
      const watcher = watch(folder, { persistent: false }, (_, name) => {
        if (name === null || names.has(name)) look();
      });
      watchers.set(folder, watcher);
      watcher.on("error", () => {
        watcher.close();
        watchers.delete(folder);
      });
    } catch {
      // The folder is not there, or the system has no watches left: the net below finds the change within 2 s.
    }
  };
  look();
  const net = setInterval(look, STAT_INTERVAL_MS);
  net.unref();
  return () => {
    clearInterval(net);
    for (const watcher of watchers.values()) watcher.close();
  };
}

function fingerprint(path: string): string {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? "-" : `${stat.ino}.${stat.mtimeNs}.${stat.size}`;
}
