/** Decides which addresses may be opened outside, and how their real target is shown before that; in the desktop and in a browser. */
import { visible } from "../text/visible.ts";

export type ExternalDecision =
  | { open: true; url: string; host: string; shown: string }
  | { open: false; reason: string };

const MAX_LENGTH = 8_192;
const MAX_SHOWN = 600;

/** What is used of an address that was read as the URL standard says. */
export interface ReadAddress {
  href: string;
  host: string;
  hostname: string;
  username: string;
  password: string;
}

/**
 * Web addresses only, without credentials, in the form in which they will be handed over: international names in their
 * ASCII form, nothing invisible. Everything else, `file:`, `javascript:` and UNC paths included, is refused.
 * `read` is the platform's own reader, the one that will read the address when it is opened.
 */
export function decideExternal(text: unknown, read: (text: string) => ReadAddress | null): ExternalDecision {
  if (typeof text !== "string" || text.length > MAX_LENGTH) return { open: false, reason: "It is not an address." };
  if (!/^https?:\/\//i.test(text)) return { open: false, reason: "Only http and https addresses are opened." };
  const url = read(text);
  if (url === null || url.hostname === "") return { open: false, reason: "It is not a valid address." };
  if (url.username !== "" || url.password !== "") return { open: false, reason: "It carries a user name or password." };
  const shown = visible(url.href);
  return {
    open: true,
    url: url.href,
    host: url.host,
    shown: shown.length > MAX_SHOWN ? `${shown.slice(0, MAX_SHOWN)}…` : shown,
  };
}
