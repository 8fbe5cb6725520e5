/** A TCP proxy that does to a connection what networks do: delays, cuts after so many bytes, silence without an end. */
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface FaultPlan {
  /** Milliseconds before each piece is passed on. */
  delayMs?: number;
  /** Cuts a connection after this many bytes from the server. */
  cutAfter?: number;
}

export interface FaultProxy {
  readonly url: string;
  /** For connections from now on. */
  plan(plan: FaultPlan): void;
  /** Cuts all connections with a reset. */
  cut(): void;
  /** Half-open: nothing passes any more, in either direction, and nobody is told. */
  freeze(): void;
  /** What was held back goes on. */
  thaw(): void;
  readonly connections: number;
  readonly accepted: number;
  end(): Promise<void>;
}

export async function startFaultProxy(targetPort: number): Promise<FaultProxy> {
  let plan: FaultPlan = {};
  let frozen = false;
  let accepted = 0;
  const pairs = new Set<{ client: Socket; server: Socket }>();
  /** A frozen side does not notice that the other one closed. */
  const sockets = new Set<Socket>();
  const listener = createServer((client) => {
    accepted += 1;
    const { delayMs, cutAfter } = plan;
    const server = connect(targetPort, "127.0.0.1");
    const pair = { client, server };
    pairs.add(pair);
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
    }
    let passed = 0;
    const drop = () => {
      pairs.delete(pair);
      client.resetAndDestroy();
      server.resetAndDestroy();
    };
    const pass = (to: Socket, data: Buffer) => {
      if (to.destroyed) return;
      if (delayMs === undefined) to.write(data);
      else setTimeout(() => to.destroyed || to.write(data), delayMs);
    };
    client.on("data", (data: Buffer) => pass(server, data));
    server.on("data", (data: Buffer) => {
      if (cutAfter === undefined || passed + data.length <= cutAfter) {
        passed += data.length;
        return pass(client, data);
      }
      client.write(data.subarray(0, cutAfter - passed), drop);
    });
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      from.on("end", () => to.end());
      from.on("error", drop);
      from.on("close", () => pairs.delete(pair));
    }
    if (frozen) hold(pair);
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const hold = (pair: { client: Socket; server: Socket }) => {
    pair.client.pause();
    pair.server.pause();
  };
  return {
    url: `http://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    plan(next) {
      plan = next;
    },
    cut() {
      for (const { client, server } of pairs) {
        client.resetAndDestroy();
        server.resetAndDestroy();
      }
      pairs.clear();
    },
    freeze() {
      frozen = true;
      for (const pair of pairs) hold(pair);
    },
    thaw() {
      frozen = false;
      for (const { client, server } of pairs) {
        client.resume();
        server.resume();
      }
    },
    get connections() {
      return pairs.size;
    },
    get accepted() {
      return accepted;
    },
    async end() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}
