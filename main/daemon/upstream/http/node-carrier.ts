/** Connections to one origin by way of Node's own HTTP client: TLS, and the proxies that the environment names. */
import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import { connectFault, type Exchange, type HttpCarrier } from "./http-exchange.ts";

/** With a bound of its own on idle connections, Node's client also keeps to the bound that a server names. */
const IDLE_MS = 30_000;

export function createNodeCarrier(origin: URL): HttpCarrier {
  const secure = origin.protocol === "https:";
  const { username, password } = origin;
  // Each part by itself: put together to an address, a path that begins with `//` would name another host.
  const place = {
    hostname: origin.hostname.replace(/^\[|\]$/g, ""),
    ...(origin.port !== "" && { port: Number(origin.port) }),
    ...((username !== "" || password !== "") && {
      auth: `${decodeURIComponent(username)}:${decodeURIComponent(password)}`,
    }),
  };
  const options = { keepAlive: true, timeout: IDLE_MS, proxyEnv: process.env };
  const agent = secure ? new https.Agent(options) : new http.Agent(options);
  const open = new Set<http.ClientRequest>();

  const read = (response: IncomingMessage, exchange: Exchange) => {
    const body = exchange.head({
      status: response.statusCode ?? 0,
      header(name) {
        const value = response.headers[name];
        return Array.isArray(value) ? value.join(", ") : value;
      },
    });
    let wanted = true;
    response.on("data", (bytes: Buffer) => {
      if (!wanted || body.data(bytes)) return;
      wanted = false;
      response.destroy();
    });
    response.on("error", () => {});
    response.once("close", () => {
      if (wanted) body.end(response.complete);
    });
  };

  return {
    send({ method, target, headers, body }, exchange) {
      const request = (secure ? https : http).request({
        ...place,
        path: target,
        method,
        agent,
        headers: { ...headers, ...(body !== undefined && { "content-length": Buffer.byteLength(body) }) },
      });
      let answered = false;
      open.add(request);
      request.setNoDelay(true);
      request.once("response", (response) => {
        answered = true;
        read(response, exchange);
      });
      request.once("close", () => open.delete(request));
      request.on("error", (error) => {
        if (!answered) exchange.failed(connectFault(error));
        answered = true;
      });
      request.end(body);
    },
    dispose() {
      for (const request of open) request.destroy();
      agent.destroy();
    },
  };
}
