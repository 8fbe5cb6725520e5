/** Owns single HTTP requests to one upstream: connections kept open, proxies honoured, no redirect to another origin, answers bounded. */
import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import { type LinkFault, MAX_UPSTREAM_MESSAGE_BYTES } from "./link.ts";

export interface HttpServer {
  url: string;
  /** Asked at each request, so that a refreshed credential is used at once. */
  headers: () => Readonly<Record<string, string>>;
  /** Whether there is another credential to try after this refusal of a request that carried these headers. */
  renew?: (sent: Readonly<Record<string, string>>, status: number, challenge: string | undefined) => Promise<boolean>;
}

export type HttpAnswer = { response: IncomingMessage } | { fault: LinkFault };

export interface HttpCalls {
  post(body: string, headers: Record<string, string>): Promise<HttpAnswer>;
  get(headers: Record<string, string>): Promise<HttpAnswer>;
  /** DELETE, which servers may ignore: waits at most a moment and never fails. */
  end(headers: Record<string, string>): Promise<void>;
  /** The whole body, or undefined when it broke off or is too large. */
  text(response: IncomingMessage): Promise<string | undefined>;
  /** Takes over a redirect within the same origin; false for any other. */
  follow(location: string | undefined): boolean;
  dispose(): void;
}

const END_MS = 500;

export function createHttpCalls(server: HttpServer): HttpCalls {
  let url = new URL(server.url);
  const secure = url.protocol === "https:";
  const options = { keepAlive: true, proxyEnv: process.env };
  const agent = secure ? new https.Agent(options) : new http.Agent(options);
  const open = new Set<http.ClientRequest>();

  const call = (method: string, headers: Record<string, string>, body?: string) =>
    new Promise<HttpAnswer>((resolve) => {
      const request = (secure ? https : http).request(url, {
        method,
        agent,
        headers: {
          ...server.headers(),
          ...headers,
          ...(body !== undefined && { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
        },
      });
      open.add(request);
      request.setNoDelay(true);
      request.once("response", (response) => resolve({ response }));
      request.once("close", () => open.delete(request));
      request.on("error", (error: NodeJS.ErrnoException) => resolve({ fault: connectFault(error) }));
      request.end(body);
    });

  return {
    post: (body, headers) => call("POST", { accept: "application/json, text/event-stream", ...headers }, body),
    get: (headers) => call("GET", { accept: "text/event-stream", ...headers }),
    async end(headers) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, END_MS);
      });
      const answer = call("DELETE", headers).then((got) => {
        if ("response" in got) got.response.resume();
      });
      await Promise.race([answer, late]);
      clearTimeout(timer);
    },
    async text(response) {
      const chunks: Buffer[] = [];
      let size = 0;
      try {
        for await (const chunk of response) {
          const bytes: Buffer = chunk;
          size += bytes.length;
          if (size > MAX_UPSTREAM_MESSAGE_BYTES) return undefined;
          chunks.push(bytes);
        }
      } catch {
        return undefined;
      }
      return Buffer.concat(chunks).toString("utf8");
    },
    follow(location) {
      const target = location === undefined ? undefined : URL.parse(location, url);
      if (target === null || target === undefined || target.origin !== url.origin) return false;
      url = target;
      return true;
    },
    dispose() {
      for (const request of open) request.destroy();
      agent.destroy();
    },
  };
}

const NOT_REACHED = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);

function connectFault(error: NodeJS.ErrnoException): LinkFault {
  const code = error.code ?? "";
  const reason =
    code === "ECONNREFUSED"
      ? "cannot be reached: nothing listens at its address"
      : code === "ENOTFOUND"
        ? "cannot be reached: its host name is not known"
        : `cannot be reached: ${error.message}`;
  return NOT_REACHED.has(code) ? { reason, undelivered: true } : { reason };
}
