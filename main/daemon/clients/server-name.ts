/** Names the servers that clients are to agents. Rules, and what a person allowed, go by these names. */

const MAX_SERVER_NAME = 40;

/** A name that can stand before a tool's. */
export function slug(name: string): string {
  const plain = name
    .normalize("NFKD")
    .replace(/[^A-Za-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .toLowerCase()
    .slice(0, MAX_SERVER_NAME);
  return plain === "" ? "client" : plain;
}

/** The name, with a number behind it where it is used. */
export function freeName(name: string, used: ReadonlySet<string>): string {
  let free = name;
  for (let n = 2; used.has(free); n += 1) free = `${name}-${n}`;
  return free;
}

/** What a client of this name is called beside these. It keeps that, whoever comes and goes. */
export const serverName = (name: string, others: readonly { server?: string | undefined }[]): string =>
  freeName(slug(name), new Set(others.flatMap(({ server }) => server ?? [])));
