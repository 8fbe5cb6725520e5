/** Looks at what a preview's page would meet: whether its program answers, and whether it lets itself be shown in a frame. */
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import type { PreviewCheck } from "../../../shared/protocol/preview-api.ts";
import { isProxyRefusal, PROXY_HEADER } from "../../../shared/protocol/preview-proxy.ts";
import type { Reach } from "../../wire/reach.ts";
import { previewRefusal } from "./preview-pages.ts";

/** A page that takes longer is still coming, which is no fault. */
const CHECK_TIMEOUT_MS = 10_000;

export interface CheckOptions {
  /** The daemon, and its key. */
  reach: Reach;
  key: string;
  terminal: string;
  port: number;
  /** The path at the preview, with its query. */
  path: string;
  /** Origins of the pages that would frame it. */
  parents: readonly string[];
}

export function checkPreview({ reach, key, terminal, port, path, parents }: CheckOptions): Promise<PreviewCheck> {
  return new Promise((resolve) => {
    const say = (code: Parameters<typeof previewRefusal>[0]) =>
      resolve({ health: "down", reason: previewRefusal(code, port).fault.message });
    const asked = httpRequest(`${reach.base}/session/${terminal}/proxy/${port}${path}`, {
      createConnection: () => reach.connect(),
      headers: { authorization: `Bearer ${key}`, accept: "text/html,*/*;q=0.8" },
      timeout: CHECK_TIMEOUT_MS,
    });
    asked.on("response", (answer) => {
      answer.destroy();
      const own = answer.headers[PROXY_HEADER];
      if (isProxyRefusal(typeof own === "string" ? own : undefined)) {
        return say(own === "unauthorized" ? "no-daemon" : (own as "broken"));
      }
      const status = answer.statusCode ?? 0;
      resolve({ health: "up", status, framing: framingOf(answer.headers, parents) });
    });
    let late = false;
    asked.on("timeout", () => {
      late = true;
      asked.destroy(new Error("no answer"));
    });
    asked.on("error", () => say(late ? "timeout" : "no-daemon"));
    asked.end();
  });
}

/**
 * Whether a browser shows the page inside one of `parents`. `frame-ancestors` stands in for `X-Frame-Options` where both are
 * there (CSP 3 §6.4.2). A preview is never of its parent's origin, so SAMEORIGIN refuses, too.
 */
export function framingOf(headers: IncomingHttpHeaders, parents: readonly string[]): "allowed" | "refused" {
  const policies = [headers["content-security-policy"] ?? []].flat().flatMap((line) => line.split(","));
  const ancestors = policies.flatMap((policy) =>
    policy
      .split(";")
      .map((directive) => directive.trim().split(/\s+/))
      .filter(([name]) => name?.toLowerCase() === "frame-ancestors")
      .map(([, ...sources]) => sources),
  );
  if (ancestors.length > 0) {
    const allowed = (sources: readonly string[]) =>
      parents.some((parent) => sources.some((source) => matches(source, parent)));
    return ancestors.every(allowed) ? "allowed" : "refused";
  }
  const [frame] = [headers["x-frame-options"] ?? []].flat();
  return frame !== undefined && /^\s*(deny|sameorigin)\b/i.test(frame) ? "refused" : "allowed";
}

function matches(source: string, parent: string): boolean {
  const { protocol, host, port, hostname } = new URL(parent);
  const text = source.toLowerCase();
  if (text === "*" || text === protocol) return true;
  const [, scheme, name, , wanted] =
    /^(?:([a-z][a-z0-9+.-]*):\/\/)?([^:/]+|\[[^\]]*\])(:(\d+|\*))?\/?$/.exec(text) ?? [];
  if (name === undefined) return false;
  if (scheme !== undefined && `${scheme}:` !== protocol) return false;
  const named = name.startsWith("*.") ? hostname.endsWith(name.slice(1)) : hostname === name || host === name;
  return named && (wanted === "*" || (wanted ?? (port === "" ? undefined : "")) === (port === "" ? undefined : port));
}
