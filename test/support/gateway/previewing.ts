/** Starts a gateway and its daemon for tests of previews, with sessions that expose ports and programs that listen on them. */
import { request as httpRequest, type IncomingMessage } from "node:http";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import type { Gateway } from "../../../main/gateway/create-gateway.ts";
import { listen } from "../listen.ts";
import { ask, startGateway, temporaryHome } from "./running-gateway.ts";

export interface Reply {
  status: number;
  reason: string;
  headers: IncomingMessage["headers"];
  /** Names and values in turn. */
  raw: string[];
  body: string;
}

export interface Asked {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

/** A request to any host that the gateway answers for; names below localhost need no resolver here. Rejects when it is cut. */
export function at(address: string, { method = "GET", headers = {}, body }: Asked = {}): Promise<Reply> {
  const target = new URL(address);
  return new Promise((resolve, reject) => {
    const sent = httpRequest({
      host: "127.0.0.1",
      port: target.port,
      method,
      path: address.slice(target.origin.length) || "/",
      headers: { host: target.host, ...headers },
      maxHeaderSize: 1024 * 1024,
      agent: false,
    });
    sent.maxHeadersCount = 0;
    sent.on("response", (response) => {
      let text = "";
      response.setEncoding("latin1");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("error", reject);
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          reason: response.statusMessage ?? "",
          headers: response.headers,
          raw: response.rawHeaders,
          body: text,
        }),
      );
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

export interface Previewed {
  id: string;
  /** Address of the preview of each port. */
  urls: string[];
  /** Address below the gateway's own. */
  path: string;
}

export class Previewing {
  readonly #home = temporaryHome();
  readonly #undo: (() => unknown)[] = [];
  #gateway: Gateway | undefined;

  async start(): Promise<void> {
    this.#gateway = await startGateway(this.#home, { startDaemon: true });
  }

  get gateway(): Gateway {
    if (this.#gateway === undefined) throw new Error("not started");
    return this.#gateway;
  }

  get token(): { authorization: string } {
    return { authorization: `Bearer ${this.gateway.token}` };
  }

  async session(...ports: number[]): Promise<Previewed> {
    const expose = ports.map((port) => ({ port }));
    const body = JSON.stringify({ agent: "shell", cwd: tmpdir(), expose });
    const made = await ask(this.gateway, "/api/v1/sessions", { method: "POST", body });
    if (made.status !== 201) throw new Error(made.text);
    const { id, previews } = made.json() as { id: string; previews: { url: string }[] };
    this.#undo.push(() => ask(this.gateway, `/api/v1/sessions/${id}`, { method: "DELETE" }));
    return { id, urls: previews.map(({ url }) => url), path: `${this.gateway.url}/s/${id}/` };
  }

  /** A program that does with each connection what it is told. Gives its port. */
  async program(behave: (socket: Socket) => void): Promise<number> {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => {});
      behave(socket);
    });
    const port = Number(new URL(await listen(server)).port);
    this.#undo.push(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    return port;
  }

  /** A program that answers every request with these bytes. */
  says(bytes: string): Promise<number> {
    return this.program((socket) => socket.once("data", () => socket.end(Buffer.from(bytes, "latin1"))));
  }

  /** The address that lets a browser in. */
  async grant(id: string, port: number): Promise<string> {
    const path = `/api/v1/sessions/${id}/previews/${port}/grant`;
    const grant = await ask(this.gateway, path, { method: "POST", body: "{}" });
    return (grant.json() as { url: string }).url;
  }

  /** The cookie that a browser has then. */
  async enter(id: string, port: number): Promise<string> {
    const [cookie = ""] = (await at(await this.grant(id, port))).headers["set-cookie"] ?? [];
    return cookie.split(";", 1)[0] ?? "";
  }

  later(undo: () => unknown): void {
    this.#undo.push(undo);
  }

  async clear(): Promise<void> {
    for (const step of this.#undo.splice(0).reverse()) await step();
  }

  async stop(): Promise<void> {
    await ask(this.gateway, "/api/v1/daemon/stop", { method: "POST", body: '{"force":true}' });
    await this.gateway.dispose();
    this.#home.remove();
  }
}
