/** A way to a server of this machine that is slow, stands still or is led elsewhere, as a network may be. */
import { createServer, connect as dial, type Socket } from "node:net";

export interface SlowProxy {
  port: number;
  /** Milliseconds that every piece takes, each way. */
  delay(ms: number): void;
  /** Nothing passes from now on, until `release`. */
  hold(): void;
  release(): void;
  /** New connections lead to this port; those that are open are cut. */
  leadTo(port: number): void;
  dispose(): Promise<void>;
}

export async function slowProxy(target: number): Promise<SlowProxy> {
  let to = target;
  let wait = 0;
  let held: (() => void)[] | undefined;
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = dial(to, "127.0.0.1");
    pass(near, far);
    pass(far, near);
  });

  function pass(from: Socket, into: Socket): void {
    sockets.add(from);
    from.setNoDelay(true);
    const later = (act: () => void) => {
      if (held !== undefined) held.push(act);
      // Timers of one length end in the order in which they began.
      else if (wait > 0) setTimeout(act, wait);
      else act();
    };
    from.on("data", (bytes: Buffer) => later(() => void (into.destroyed || into.write(bytes))));
    from.on("error", () => {});
    from.on("close", () => {
      sockets.delete(from);
      later(() => into.destroy());
    });
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    delay(ms) {
      wait = ms;
    },
    hold() {
      held ??= [];
    },
    release() {
      const acts = held ?? [];
      held = undefined;
      for (const act of acts) act();
    },
    leadTo(port) {
      to = port;
      cut();
    },
    async dispose() {
      const closed = new Promise((resolve) => server.close(resolve));
      cut();
      await closed;
    },
  };
}
