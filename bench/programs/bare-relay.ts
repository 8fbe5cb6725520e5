/**
 * The ceiling of the calls: what the least that any MCP proxy in Node must do costs here. `bytes <port>` copies what each
 * connection carries to that port and back, unread: a further process and nothing else. `http <port>` reads each request with
 * Node's HTTP server and repeats it with Node's client. `stdio <command…>` writes each body as a line to the program and gives
 * each answer to the request of its id. None knows sessions, access, progress or events, and none would survive two clients.
 */
import { spawn } from "node:child_process";
import { Agent, createServer, type IncomingHttpHeaders, type RequestListener, request } from "node:http";
import { connect, createServer as createTcpServer, type Server } from "node:net";
import { createInterface } from "node:readline";
import { z } from "../../shared/protocol/schema.ts";
import { parse } from "../harness/program.ts";

const [kind, ...rest] = process.argv.slice(2);

function bytes(port: number): Server {
  return createTcpServer({ noDelay: true }, (near) => {
    const far = connect({ port, host: "127.0.0.1", noDelay: true });
    near.on("error", () => far.destroy()).pipe(far);
    far.on("error", () => near.destroy()).pipe(near);
  });
}

const REPEATED = ["accept", "content-type", "mcp-session-id", "mcp-protocol-version"] as const;

function repeated(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    REPEATED.flatMap((name) => (headers[name] === undefined ? [] : [[name, `${headers[name]}`]])),
  );
}

function http(port: number): RequestListener {
  // With a bound of its own the agent also keeps to the bound that the server names.
  const agent = new Agent({ keepAlive: true, timeout: 30_000 });
  return (near, answer) => {
    let body = "";
    near.setEncoding("utf8");
    near.on("data", (chunk: string) => {
      body += chunk;
    });
    near.on("end", () => {
      const length = body === "" ? {} : { "content-length": Buffer.byteLength(body) };
      const { method, url } = near;
      const headers = { ...repeated(near.headers), ...length };
      const far = request({ port, host: "127.0.0.1", agent, method, path: url, headers }, (response) => {
        answer.writeHead(response.statusCode ?? 502, repeated(response.headers));
        if (method === "GET") answer.flushHeaders();
        response.pipe(answer);
      });
      far.on("error", () => answer.destroy());
      far.end(body);
    });
  };
}

const idOf = z.object({ id: z.union([z.number(), z.string()]).optional() });

function stdio(command: string, args: readonly string[]): RequestListener {
  const program = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
  const waiting = new Map<number | string, (line: string) => void>();
  createInterface({ input: program.stdout }).on("line", (line) => {
    const { id } = parse(idOf, line);
    if (id !== undefined) waiting.get(id)?.(line);
  });
  return (near, answer) => {
    if (near.method !== "POST") return void answer.writeHead(near.method === "GET" ? 405 : 200).end();
    let body = "";
    near.setEncoding("utf8");
    near.on("data", (chunk: string) => {
      body += chunk;
    });
    near.on("end", () => {
      const { id } = parse(idOf, body);
      program.stdin.write(`${body}\n`);
      if (id === undefined) return void answer.writeHead(202).end();
      waiting.set(id, (line) => {
        waiting.delete(id);
        const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(line) };
        answer.writeHead(200, headers).end(line);
      });
    });
  };
}

const [first = "", ...others] = rest;
const server =
  kind === "bytes" ? bytes(Number(first)) : createServer(kind === "http" ? http(Number(first)) : stdio(first, others));
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address !== null && typeof address === "object") console.log(JSON.stringify({ port: address.port }));
});
