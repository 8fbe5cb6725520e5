/** Lists a folder's subfolders, for choosing one in a browser. */
import { readdir, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { failed, ok, type Result } from "../../shared/protocol/fault.ts";
import { expandHome } from "./working-folder.ts";

/** Names shown at once; a person types the rest. */
const MAX_FOLDERS = 2_000;

export interface FolderList {
  path: string;
  parent: string | null;
  folders: string[];
}

/** Faults: `no-such-folder`, `folder-unreadable`. Hidden folders come last. */
export async function listFolders(asked: string | undefined): Promise<Result<FolderList>> {
  const wanted = expandHome(asked?.trim() || homedir());
  if (!isAbsolute(wanted) || wanted.includes("\0"))
    return failed("no-such-folder", "A folder is named by its absolute path.");
  const path = resolve(wanted);
  try {
    const entries = await readdir(path, { withFileTypes: true });
    const folders: string[] = [];
    for (const entry of entries.slice(0, 50_000)) {
      if (folders.length >= MAX_FOLDERS) break;
      const linked = entry.isSymbolicLink() && (await isFolder(join(path, entry.name)));
      if (entry.isDirectory() || linked) folders.push(entry.name);
    }
    const hidden = (name: string) => Number(name.startsWith("."));
    folders.sort((a, b) => hidden(a) - hidden(b) || a.localeCompare(b));
    const parent = dirname(path);
    return ok({ path, parent: parent === path ? null : parent, folders });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EACCES" || code === "EPERM") return failed("folder-unreadable", `${path} may not be read.`);
    return failed("no-such-folder", `There is no folder ${path}.`);
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
