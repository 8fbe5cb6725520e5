/** Decides which browser may enter which preview: one-time grants, the cookies that they become, and links to share. */
import { randomBytes, randomInt, timingSafeEqual } from "node:crypto";
import type { ShareView } from "../../../shared/protocol/preview-api.ts";
import { hashToken } from "../auth/devices.ts";
import type { Identity } from "../auth/identity.ts";
import type { PreviewAddress } from "./preview-names.ts";
import { type KeptShare, openShares } from "./share-store.ts";

/** Who entered: somebody with a token, or whoever has a shared link. */
export type Visitor = { by: "identity"; identity: Identity } | { by: "share"; id: string };

export interface Entry extends PreviewAddress {
  visitor: Visitor;
}

export type ShareEntry =
  | { outcome: "entered"; cookie: string; entry: Entry }
  | { outcome: "wants-digits"; wrong: boolean }
  | { outcome: "gone" };

export interface PreviewAccess {
  /** A code that one browser may use within a minute. */
  grant(address: PreviewAddress, identity: Identity): { code: string; expiresAt: number };
  /** Uses up a code; gives the cookie that it buys at this preview. */
  enter(address: PreviewAddress, code: string): { cookie: string; entry: Entry } | undefined;
  /** Whom a cookie of this preview belongs to. */
  find(address: PreviewAddress, cookie: string): Entry | undefined;
  share(
    address: PreviewAddress,
    maker: Identity,
    options: { minutes: number; pin: boolean; label?: string | undefined },
  ): { view: ShareView; token: string; digits: string | undefined };
  shares(session: string, port?: number): ShareView[];
  /** Whether a link has run out, or was ended. */
  isOver(share: string): boolean;
  enterShare(address: PreviewAddress, token: string, digits: string | undefined): ShareEntry;
  endShare(session: string, id: string): boolean;
  /** Ends every entry, grant and share that fits. */
  end(whose: (entry: Entry) => boolean): void;
  /** Called for each end, so that what is open can be closed. */
  onEnd(listener: (whose: (entry: Entry) => boolean) => void): void;
}

export interface PreviewAccessOptions {
  /** File in which shared links outlive the gateway. */
  file: string;
  /** The wall clock and one that only goes forward, in milliseconds. */
  now: () => number;
  steady: () => number;
  warn: (reason: string) => void;
}

const GRANT_MS = 60_000;
const MAX_GRANTS = 256;
/** Of all previews together; the one that was not used for longest gives way. */
const MAX_COOKIES = 2_048;
/** Wrong digits after which a link is void. */
const MAX_WRONG_DIGITS = 5;

export function createPreviewAccess({ file, now, steady, warn }: PreviewAccessOptions): PreviewAccess {
  const grants = new Map<string, Entry & { until: number }>();
  const cookies = new Map<string, Entry>();
  const shares = openShares(file, warn);
  const listeners: ((whose: (entry: Entry) => boolean) => void)[] = [];
  const fresh = () => randomBytes(32).toString("base64url");
  const nameOf = (secret: string) => hashToken(secret).toString("base64url");
  const same = (a: PreviewAddress, b: PreviewAddress) => a.session === b.session && a.port === b.port;
  const isOver = (share: KeptShare) => share.expires <= now();

  function admit(entry: Entry): { cookie: string; entry: Entry } {
    const cookie = fresh();
    cookies.set(nameOf(cookie), entry);
    const [oldest] = cookies.keys();
    if (cookies.size > MAX_COOKIES && oldest !== undefined) cookies.delete(oldest);
    return { cookie, entry };
  }

  function end(whose: (entry: Entry) => boolean): void {
    // A link ends with the access of whoever made it, and what came in by it ends with the link.
    const ended = new Set<string>();
    for (const { id, session, port, maker } of shares.list()) {
      const visitors: Visitor[] = [
        { by: "share", id },
        { by: "identity", identity: maker },
      ];
      if (visitors.some((visitor) => whose({ session, port, visitor }))) ended.add(id);
    }
    shares.keep(shares.list().filter(({ id }) => !ended.has(id)));
    const fits = (entry: Entry) => whose(entry) || (entry.visitor.by === "share" && ended.has(entry.visitor.id));
    for (const [code, entry] of grants) if (fits(entry)) grants.delete(code);
    for (const [name, entry] of cookies) if (fits(entry)) cookies.delete(name);
    for (const listener of listeners) listener(fits);
  }

  const viewOf = ({ id, port, label, pin, made, expires, wrong }: KeptShare): ShareView => ({
    id,
    port,
    ...(label === undefined ? {} : { label }),
    pin: pin !== undefined,
    made_at: new Date(made).toISOString(),
    expires_at: new Date(expires).toISOString(),
    open: wrong < MAX_WRONG_DIGITS,
  });

  return {
    grant(address, identity) {
      for (const [code, { until }] of grants) if (until <= steady()) grants.delete(code);
      const [oldest] = grants.keys();
      if (grants.size >= MAX_GRANTS && oldest !== undefined) grants.delete(oldest);
      const code = fresh();
      grants.set(nameOf(code), { ...address, visitor: { by: "identity", identity }, until: steady() + GRANT_MS });
      return { code, expiresAt: now() + GRANT_MS };
    },
    enter(address, code) {
      const found = grants.get(nameOf(code));
      grants.delete(nameOf(code));
      if (found === undefined || found.until <= steady() || !same(found, address)) return undefined;
      const { until: _, ...entry } = found;
      return admit(entry);
    },
    find(address, cookie) {
      const name = nameOf(cookie);
      const entry = cookies.get(name);
      if (entry === undefined || !same(entry, address)) return undefined;
      if (entry.visitor.by === "share") {
        const { id } = entry.visitor;
        const share = shares.list().find((item) => item.id === id);
        if (share === undefined || isOver(share)) return undefined;
      }
      cookies.delete(name);
      cookies.set(name, entry);
      return entry;
    },
    share({ session, port }, maker, { minutes, pin, label }) {
      const token = fresh();
      const digits = pin ? String(randomInt(1_000_000)).padStart(6, "0") : undefined;
      const share: KeptShare = {
        id: randomBytes(8).toString("hex"),
        session,
        port,
        hash: nameOf(token),
        maker,
        made: now(),
        expires: now() + minutes * 60_000,
        wrong: 0,
        ...(label === undefined ? {} : { label }),
        ...(digits === undefined ? {} : { pin: nameOf(digits + token) }),
      };
      shares.keep([...shares.list().filter((item) => !isOver(item)), share]);
      return { view: viewOf(share), token, digits };
    },
    shares: (session, port) =>
      shares
        .list()
        .filter((share) => share.session === session && (port === undefined || share.port === port) && !isOver(share))
        .map(viewOf),
    isOver(id) {
      const share = shares.list().find((item) => item.id === id);
      return share === undefined || isOver(share);
    },
    enterShare(address, token, digits) {
      const hash = nameOf(token);
      const share = shares.list().find((item) => item.hash === hash && same(item, address) && !isOver(item));
      if (share === undefined || share.wrong >= MAX_WRONG_DIGITS) return { outcome: "gone" };
      if (share.pin !== undefined) {
        if (digits === undefined) return { outcome: "wants-digits", wrong: false };
        const right = timingSafeEqual(Buffer.from(nameOf(digits + token)), Buffer.from(share.pin));
        if (!right) {
          // In all, not by address: every user of this machine has millions of those.
          shares.keep(shares.list().map((item) => (item.id === share.id ? { ...item, wrong: item.wrong + 1 } : item)));
          return share.wrong + 1 >= MAX_WRONG_DIGITS ? { outcome: "gone" } : { outcome: "wants-digits", wrong: true };
        }
      }
      return { outcome: "entered", ...admit({ ...address, visitor: { by: "share", id: share.id } }) };
    },
    endShare(session, id) {
      const there = shares.list().some((share) => share.id === id && share.session === session);
      if (there) end(({ visitor }) => visitor.by === "share" && visitor.id === id);
      return there;
    },
    end,
    onEnd(listener) {
      listeners.push(listener);
    },
  };
}
