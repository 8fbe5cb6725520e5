/** Single HTTP requests to one upstream: what carries them, their headers, no redirect to another origin, answers bounded. */
import { reasonOf } from "../../../../shared/text/reason-of.ts";
import { MAX_UPSTREAM_MESSAGE_BYTES } from "../connection/link.ts";
import { DROPPED, type Exchange, type HttpCarrier, type ResponseBody, type ResponseHead } from "./http-exchange.ts";
import { createLeanCarrier } from "./lean-carrier.ts";
import { createNodeCarrier } from "./node-carrier.ts";

export interface HttpServer {
  url: string;
  /** Asked at each request, so that a refreshed credential is used at once. */
  headers: () => Readonly<Record<string, string>>;
  /** Whether there is another credential to try after this refusal of a request that carried these headers. */
  renew?: (sent: Readonly<Record<string, string>>, status: number, challenge: string | undefined) => Promise<boolean>;
}

export interface HttpCalls {
  post(body: string, headers: Record<string, string>, exchange: Exchange): void;
  get(headers: Record<string, string>, exchange: Exchange): void;
  /** DELETE, which servers may ignore: waits at most a moment and never fails. */
  end(headers: Record<string, string>): Promise<void>;
  /** Takes over a redirect within the same origin; false for any other. */
  follow(location: string | undefined): boolean;
  /** Where requests go now: a redirect may have moved it within its origin. */
  address(): URL;
  dispose(): void;
}

const END_MS = 500;
/** Of a server that is only asked whether it is there. */
const ANSWER_MS = 5_000;

export function createHttpCalls(server: HttpServer, env: NodeJS.ProcessEnv = process.env): HttpCalls {
  let url = new URL(server.url);
  const carrier: HttpCarrier = isPlain(url, env) ? createLeanCarrier(url) : createNodeCarrier(url);

  const send = (
    method: "GET" | "POST" | "DELETE",
    given: Record<string, string>,
    exchange: Exchange,
    body: string | undefined,
  ) => {
    const headers: Record<string, string> = {};
    const own = server.headers();
    // Names in lower case, so that what the protocol says wins over what was configured.
    for (const name in own) headers[name.toLowerCase()] = own[name] ?? "";
    for (const name in given) headers[name] = given[name] ?? "";
    try {
      carrier.send({ method, target: url.pathname + url.search, headers, body }, exchange);
    } catch (error) {
      const reason = reasonOf(error);
      exchange.failed({ reason: `cannot be asked: ${reason}`, undelivered: true });
    }
  };

  return {
    post(body, headers, exchange) {
      headers.accept = "application/json, text/event-stream";
      headers["content-type"] = "application/json";
      send("POST", headers, exchange, body);
    },
    get(headers, exchange) {
      headers.accept = "text/event-stream";
      send("GET", headers, exchange, undefined);
    },
    end: (headers) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, END_MS);
        const done = () => {
          clearTimeout(timer);
          resolve();
        };
        const head = () => {
          done();
          return DROPPED;
        };
        send("DELETE", headers, { head, failed: done }, undefined);
      }),
    follow(location) {
      const target = location === undefined ? undefined : URL.parse(location, url);
      if (target === null || target === undefined || target.origin !== url.origin) return false;
      url = target;
      return true;
    },
    address: () => new URL(url),
    dispose: () => carrier.dispose(),
  };
}

/** No TLS, no proxy, no credentials within the address: nothing that Node's client is needed for. */
function isPlain(url: URL, env: NodeJS.ProcessEnv): boolean {
  const proxy = env.http_proxy ?? env.HTTP_PROXY ?? "";
  return url.protocol === "http:" && proxy === "" && url.username === "" && url.password === "";
}

/** Whether anybody answers there, with whatever it is. Never rejects. */
export function answers(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const calls = createHttpCalls({ url, headers: () => ({}) });
    const done = (there: boolean) => {
      clearTimeout(timer);
      resolve(there);
      calls.dispose();
    };
    const timer = setTimeout(() => done(false), ANSWER_MS);
    const head = ({ status }: ResponseHead) => {
      // A gateway that stands before nobody.
      done(status < 502 || status > 504);
      return DROPPED;
    };
    calls.get({}, { head, failed: () => done(false) });
  });
}

/** Collects a body of text. `done` is called once, with nothing when it broke off or is larger than `maxBytes`. */
export function readText(
  done: (text: string | undefined) => void,
  maxBytes = MAX_UPSTREAM_MESSAGE_BYTES,
): ResponseBody {
  const chunks: Buffer[] = [];
  let size = 0;
  return {
    data(bytes) {
      size += bytes.length;
      if (size <= maxBytes) chunks.push(Buffer.from(bytes));
      else done(undefined);
      return size <= maxBytes;
    },
    end: (whole) => done(whole ? Buffer.concat(chunks).toString("utf8") : undefined),
  };
}
