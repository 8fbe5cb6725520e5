/** A small relay that adds a bearer token to every request, for suites that cannot send one. All else passes as it is. */
import { createServer, request as send } from "node:http";

export interface BearerRelay {
  url: string;
  close(): Promise<void>;
}

/**
 * Listens on the IPv6 loopback with the port of `target`, so that the Host and Origin of its clients are already the
 * target's own. Where there is no IPv6 it takes a free IPv4 port and writes the target's authority for its own, and only for that.
 */
export async function startBearerRelay(target: string, token: string): Promise<BearerRelay> {
  const to = new URL(target);
  /** Our own authority where it is not the target's. */
  let foreign: string | undefined;
  const server = createServer((incoming, outgoing) => {
    const rawHeaders = incoming.rawHeaders.map((value, index, all) =>
      foreign !== undefined && /^(host|origin)$/i.test(all[index - 1] ?? "") ? value.replace(foreign, to.host) : value,
    );
    const onward = send(
      {
        host: to.hostname,
        port: to.port,
        path: incoming.url,
        method: incoming.method,
        headers: [...rawHeaders, "authorization", `Bearer ${token}`],
        agent: false,
      },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
        answer.pipe(outgoing);
        answer.on("error", () => outgoing.destroy());
      },
    );
    onward.on("error", () => outgoing.destroy());
    outgoing.on("close", () => onward.destroy());
    incoming.pipe(onward);
  });
  const listen = (host: string, port: number) =>
    new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false));
      server.listen(port, host, () => resolve(true));
    });
  let authority = `[::1]:${to.port}`;
  if (!(await listen("::1", Number(to.port)))) {
    if (!(await listen("127.0.0.1", 0))) throw new Error("the relay has no address to listen on");
    const address = server.address();
    authority = `127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
    foreign = authority;
  }
  return {
    url: `http://${authority}${to.pathname}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
