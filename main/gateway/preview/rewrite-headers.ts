/** Decides what of a message's headers changes on its way between a preview and the program. Pure; nothing else changes. */
import { FORWARDED_PREFIX, PROXY_HEADER } from "../../../shared/protocol/preview-proxy.ts";
import { mapHeaders, pairs, type RawHeaders } from "../../wire/hop-headers.ts";

/**
 * Name of the cookie that lets a browser into one preview. The prefix makes browsers take it from that very host alone
 * (draft-ietf-httpbis-rfc6265bis §4.1.3.2): no other preview can set it with `Domain=localhost`.
 */
export const PREVIEW_COOKIE = "__Host-signalbox-preview";

export interface RequestRewrite {
  /** The port that the program listens on. */
  port: number;
  /** For the daemon, in place of the program's `Authorization`. */
  daemonKey: string;
  /** Host of the daemon. */
  daemonHost: string;
  /** Authority, scheme and client of the preview, for the program. */
  forwarded: { host: string; proto: string; client: string };
  /** Turns an origin of ours into the program's own; undefined for any other. */
  localOrigin: (origin: string) => string | undefined;
  /** The credential of the gateway in this request, which the program must not see. */
  drop: { authorization: boolean; bearerProtocol: boolean };
}

/** Headers for the daemon's hop; `Host`, `Authorization` and `Origin` of the program travel under another name. */
export function requestHeaders(raw: RawHeaders, rewrite: RequestRewrite): string[] {
  const { host, proto, client } = rewrite.forwarded;
  const headers = ["Host", rewrite.daemonHost, "Authorization", `Bearer ${rewrite.daemonKey}`];
  for (const [name, value] of pairs(raw)) {
    // Many programs take `X_Forwarded_For` for the same header (CGI's names).
    const key = name.toLowerCase().replaceAll("_", "-");
    if (key === "host" || key === "forwarded" || key.startsWith("x-forwarded-") || key.startsWith("x-signalbox-"))
      continue;
    if (key === "authorization") {
      if (!rewrite.drop.authorization) headers.push(FORWARDED_PREFIX + name, value);
    } else if (key === "origin") headers.push(FORWARDED_PREFIX + name, rewrite.localOrigin(value) ?? value);
    else if (key === "referer") headers.push(name, localReferer(value, rewrite.localOrigin));
    else if (key === "cookie") pushIfAny(headers, name, withoutCookie(value));
    else if (key === "sec-websocket-protocol" && rewrite.drop.bearerProtocol)
      pushIfAny(headers, name, withoutBearer(value));
    else headers.push(name, value);
  }
  headers.push("X-Forwarded-Host", host, "X-Forwarded-Proto", proto, "X-Forwarded-For", client);
  return headers;
}

export interface AnswerRewrite {
  /** The preview's origin of a local port, where that is exposed. */
  previewOrigin: (port: number) => string | undefined;
  /** Below the gateway's own address no browser may run what a program serves. */
  sandboxed: boolean;
  /** Whether the request came from a browser's page (Fetch Metadata). */
  browser: boolean;
}

/** What a browser would keep for the whole origin, and there the origin is the gateway's. */
const OF_ORIGIN = new Set([
  "accept-ch",
  "alt-svc",
  "clear-site-data",
  "nel",
  "origin-agent-cluster",
  "report-to",
  "reporting-endpoints",
  "service-worker-allowed",
  "set-login",
  "speculation-rules",
]);

export function answerHeaders(raw: RawHeaders, { previewOrigin, sandboxed, browser }: AnswerRewrite): string[] {
  const headers = mapHeaders(raw, (name, value) => {
    if (name === PROXY_HEADER || name === "strict-transport-security") return undefined;
    // A program's own jar may hold cookies; a browser's would send them to the gateway, until it answers 431 to everything.
    if (sandboxed && (OF_ORIGIN.has(name) || (browser && name === "set-cookie"))) return undefined;
    if (name === "location" || name === "access-control-allow-origin") return publicAddress(value, previewOrigin);
    if (name === "set-cookie") return hostOnly(value);
    return value;
  });
  if (sandboxed) headers.push("Content-Security-Policy", "sandbox");
  return headers;
}

const LOCAL = /^https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::(\d{1,5}))?(?=[/?#]|$)/i;

function publicAddress(value: string, previewOrigin: (port: number) => string | undefined): string {
  const [local, digits] = LOCAL.exec(value) ?? [];
  if (local === undefined) return value;
  const port = digits === undefined ? (/^https/i.test(local) ? 443 : 80) : Number(digits);
  const origin = previewOrigin(port);
  return origin === undefined ? value : origin + value.slice(local.length);
}

/** Without `Domain`, so that it stays at the preview; undefined for one that takes the name of ours. */
function hostOnly(value: string): string | undefined {
  const [first = "", ...attributes] = value.split(";");
  if (first.split("=", 1)[0]?.trim().toLowerCase() === PREVIEW_COOKIE.toLowerCase()) return undefined;
  return [first, ...attributes.filter((attribute) => !/^\s*domain\s*(?:=|$)/i.test(attribute))].join(";");
}

function localReferer(value: string, localOrigin: (origin: string) => string | undefined): string {
  const [origin] = /^https?:\/\/[^/?#]*/i.exec(value) ?? [];
  const local = origin === undefined ? undefined : localOrigin(origin);
  return origin === undefined || local === undefined ? value : local + value.slice(origin.length);
}

/** The cookies of a `Cookie` header beside ours. */
const withoutCookie = (value: string): string =>
  value
    .split(";")
    .map((item) => item.trim())
    .filter((item) => item.split("=", 1)[0] !== PREVIEW_COOKIE && item !== "")
    .join("; ");

const withoutBearer = (value: string): string =>
  value
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "" && !item.startsWith("bearer."))
    .join(", ");

function pushIfAny(headers: string[], name: string, value: string): void {
  if (value !== "") headers.push(name, value);
}

/** The values of our cookie in `Cookie` headers: a second one would be somebody else's. */
export function cookieValues(lines: readonly string[]): string[] {
  return lines.flatMap((line) =>
    line
      .split(";")
      .map((item) => item.trim())
      .flatMap((item) => (item.startsWith(`${PREVIEW_COOKIE}=`) ? [item.slice(PREVIEW_COOKIE.length + 1)] : [])),
  );
}
