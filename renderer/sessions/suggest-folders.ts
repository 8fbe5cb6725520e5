/** Owns which folders are suggested for what has been typed. */

/** Suggestions shown at most; a folder may have thousands. */
const MAX_SUGGESTIONS = 40;

/** Subfolders whose name begins like the typed one, recent folders that contain it; never what stands there already. */
export function suggestFolders(typed: string, below: readonly string[], recent: readonly string[]): string[] {
  const name = typed.slice(typed.lastIndexOf("/") + 1).toLowerCase();
  const nameOf = (path: string) => path.slice(path.lastIndexOf("/") + 1).toLowerCase();
  const hidden = name.startsWith(".");
  const matching = below.filter((path) => nameOf(path).startsWith(name) && (hidden || !nameOf(path).startsWith(".")));
  const known = recent.filter((path) => path.toLowerCase().includes(typed.toLowerCase()));
  // A folder that is typed to its end shows its neighbours of longer name, not itself.
  return [...new Set([...known, ...(typed === "~" ? below : matching)])]
    .filter((path) => path !== typed.replace(/(.)\/$/, "$1"))
    .slice(0, MAX_SUGGESTIONS);
}
