/**
 * Decides which addresses a remote server may make the daemon ask while somebody signs in to it. Its metadata is text from
 * outside: unchecked, a server on the internet could have the daemon ask whatever listens on this machine or in its network
 * (RFC 9728 section 7.7, server-side request forgery).
 */
import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";

/** From far to near. A server may name what is as far away as itself or farther, never what is nearer. */
const DISTANCES = ["public", "private", "this machine"] as const;
export type Distance = (typeof DISTANCES)[number];

const here = new BlockList();
here.addSubnet("127.0.0.0", 8);
here.addSubnet("0.0.0.0", 8);
// Cloud machines keep their credentials at a link-local address.
here.addSubnet("169.254.0.0", 16);
here.addAddress("::1", "ipv6");
here.addAddress("::", "ipv6");
here.addSubnet("fe80::", 10, "ipv6");

const near = new BlockList();
near.addSubnet("10.0.0.0", 8);
near.addSubnet("172.16.0.0", 12);
near.addSubnet("192.168.0.0", 16);
near.addSubnet("100.64.0.0", 10);
near.addSubnet("fc00::", 7, "ipv6");

/** How near an IP address is; `BlockList` compares addresses of IPv4 inside IPv6 by themselves. */
export function distanceOf(address: string): Distance {
  const family = isIP(address) === 6 ? "ipv6" : "ipv4";
  if (here.check(address, family)) return "this machine";
  return near.check(address, family) ? "private" : "public";
}

/** Gives the addresses of a host name; fails or gives none where nothing answers for it. */
export type Resolve = (host: string) => Promise<readonly string[]>;
const resolveByDns: Resolve = async (host) => (await lookup(host, { all: true })).map(({ address }) => address);

/**
 * Why `target` may not be asked on behalf of the MCP server at `server`; undefined where it may. A name that changes its
 * address between this question and the request can still deceive it.
 */
export async function whyNotAsk(
  server: URL,
  target: URL,
  resolve: Resolve = resolveByDns,
): Promise<string | undefined> {
  if (target.protocol !== "https:" && target.protocol !== "http:") return `${target.protocol} is no web address`;
  if (target.username !== "" || target.password !== "") return "an address with a user name or password is not asked";
  if (target.origin === server.origin) return undefined;
  if (target.protocol === "http:" && server.protocol === "https:") {
    return `${target.origin} is not encrypted, although the server is reached by https`;
  }
  const [from, to] = await Promise.all([nearest(server, resolve), nearest(target, resolve)]);
  if (rank(to) <= rank(from)) return undefined;
  return to === "private"
    ? `${target.origin} is in a private network, and the server is not`
    : `${target.origin} is on this machine, and the server is not`;
}

const rank = (distance: Distance): number => DISTANCES.indexOf(distance);

/** A name that cannot be resolved here counts as public: a proxy may know it, and a direct request to it fails. */
async function nearest({ hostname }: URL, resolve: Resolve): Promise<Distance> {
  const host = hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  if (isIP(host) !== 0) return distanceOf(host);
  if (host === "localhost" || host.endsWith(".localhost")) return "this machine";
  const addresses = await resolve(host).catch(() => []);
  const ranks = addresses.map((address) => rank(distanceOf(address)));
  return DISTANCES[Math.max(0, ...ranks)] ?? "public";
}
