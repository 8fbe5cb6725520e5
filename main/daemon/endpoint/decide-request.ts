/** Owns the decision whether an HTTP request or upgrade may be looked at, before its route or token matters. */

export interface RequestLine {
  /** As it stands in the request line. */
  url: string;
  /** Names and values in turn, as `IncomingMessage.rawHeaders`. */
  rawHeaders: readonly string[];
}

export type Decision = { ok: true } | { ok: false; status: 400 | 403 | 421; code: string; message: string };

/**
 * Agents and the gateway come straight to our loopback address and are no browsers: any other Host is a rebound name
 * (421), any Origin but our own, under which we serve no page, is a web page (403). A request line with an address, or
 * two Host headers, is no client of ours (400).
 */
export function decideRequest(request: RequestLine, port: number): Decision {
  if (!request.url.startsWith("/")) return refuse(400, "bad-request", "The request line must hold a path.");
  const hosts = headerValues(request.rawHeaders, "host");
  const [host] = hosts;
  if (hosts.length !== 1 || host === undefined) return refuse(400, "bad-request", "Exactly one Host header is needed.");
  if (!isOwn(host.toLowerCase(), port)) return refuse(421, "wrong-host", "This address serves 127.0.0.1 only.");
  const isOwnOrigin = (origin: string) => origin.startsWith("http://") && isOwn(origin.slice(7), port);
  if (!headerValues(request.rawHeaders, "origin").every(isOwnOrigin)) {
    return refuse(403, "origin-refused", "Web pages may not speak to the daemon.");
  }
  return { ok: true };
}

const isOwn = (authority: string, port: number): boolean =>
  authority === `127.0.0.1:${port}` || authority === `localhost:${port}` || authority === `[::1]:${port}`;

function refuse(status: 400 | 403 | 421, code: string, message: string): Decision {
  return { ok: false, status, code, message };
}

function headerValues(raw: readonly string[], name: string): string[] {
  const values: string[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    if (raw[i]?.length === name.length && raw[i]?.toLowerCase() === name) values.push(raw[i + 1] ?? "");
  }
  return values;
}
