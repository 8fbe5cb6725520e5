/** Chooses which folders are suggested for what has been typed. */
import { foldText } from "../../shared/text/search-words.ts";

/** Suggestions shown at most; a folder may have thousands. */
const MAX_SUGGESTIONS = 40;

/** Subfolders whose name begins like the typed one, recent folders that contain it; never what stands there already. */
export function suggestFolders(typed: string, below: readonly string[], recent: readonly string[]): string[] {
  const name = foldText(typed.slice(typed.lastIndexOf("/") + 1));
  const nameOf = (path: string) => foldText(path.slice(path.lastIndexOf("/") + 1));
  const hidden = name.startsWith(".");
  const matching = below.filter((path) => nameOf(path).startsWith(name) && (hidden || !nameOf(path).startsWith(".")));
  const known = recent.filter((path) => foldText(path).includes(foldText(typed)));
  // A folder that is typed to its end shows its neighbours of longer name, not itself.
  const all = typed === "~" ? below.filter((path) => !nameOf(path).startsWith(".")) : matching;
  return [...new Set([...known, ...all])]
    .filter((path) => path !== typed.replace(/(.)\/$/, "$1"))
    .slice(0, MAX_SUGGESTIONS);
}

/** What Tab makes of a typed folder, as a shell does: all that the fitting names have in common, and a "/" where one is left. Undefined: nothing. */
export function completeFolder(typed: string, below: readonly string[]): string | undefined {
  if (typed === "~") return "~/";
  const slash = typed.lastIndexOf("/");
  const [base, name] = [typed.slice(0, slash + 1), foldText(typed.slice(slash + 1))];
  const names = below.map((path) => path.slice(path.lastIndexOf("/") + 1));
  const fitting = names.filter((each) => foldText(each).startsWith(name) && (name !== "" || !each.startsWith(".")));
  const [first] = fitting;
  if (first === undefined) return undefined;
  if (fitting.length === 1) return `${base}${first}/`;
  let length = first.length;
  while (!fitting.every((each) => each.startsWith(first.slice(0, length)))) length -= 1;
  const common = first.slice(0, length);
  return common.length > name.length ? base + common : undefined;
}

/** The folder above a typed one; undefined at the top. */
export function folderAbove(typed: string): string | undefined {
  const path = typed.replace(/(.)\/+$/, "$1");
  const slash = path.lastIndexOf("/");
  if (slash < 0 || path === "/") return undefined;
  return slash === 0 ? "/" : path.slice(0, slash + 1);
}
