/** Gives each server a name in the few characters that agents accept in the names of tools. */

/** Longer ones would leave no room for the tool in the 64 characters that models' APIs allow. */
const MAX_ALIAS = 32;

/**
 * The name itself where it is made of letters, digits, dash and underscore; a dot becomes an underscore. Otherwise what is
 * left of it and a mark made of the whole: the same in every run, and another for every other name.
 */
export function serverAlias(name: string): string {
  if (/^[A-Za-z0-9_.-]+$/.test(name) && name.length <= MAX_ALIAS) return name.replaceAll(".", "_");
  const plain = name.replace(/[^A-Za-z0-9_-]+/g, "-").replace(/^-+|-+$/g, "");
  return `${plain.slice(0, MAX_ALIAS - 8) || "server"}-${mark(name)}`;
}

/** FNV-1a over the UTF-16 units, 32 bits, in base 36: no secret depends on it. */
function mark(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash.toString(36);
}
