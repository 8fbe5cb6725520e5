/** Owns which of a server's instances a connection uses: the one that began its session, and another once that one cannot be reached. */
import { isRequest, type RpcMessage } from "../rpc/message.ts";
import type { Link, LinkFault, LinkHandlers } from "./link.ts";

/** Where one connection is among the instances; it outlives the connection's links. */
export interface Place {
  at: number;
}

/**
 * A link to the instance at `place`. Until the handshake is done, an instance that fails is followed by the next one, each
 * once. After it, an instance that cannot be reached has lost the session: the next link goes to the next instance.
 */
export function openAtInstance(
  addresses: readonly string[],
  place: Place,
  open: (address: string, handlers: LinkHandlers) => Link,
  handlers: LinkHandlers,
): Link {
  let ready = false;
  let moved = false;
  let others = addresses.length - 1;
  let opening: RpcMessage | undefined;

  const openHere = () => open(addresses[place.at % addresses.length] ?? "", { ...handlers, unanswered });
  const move = () => {
    // Every request that was under way says the same.
    if (!moved) place.at += 1;
    moved = true;
  };
  function unanswered(id: string | number, fault: LinkFault): void {
    if (ready) {
      const away = fault.undelivered === true && fault.sessionLost !== true;
      if (away) move();
      handlers.unanswered(id, away ? { ...fault, sessionLost: true } : fault);
      return;
    }
    // No other instance knows a sign-in that this one does not.
    const goOn = fault.signIn !== true && opening !== undefined;
    if (goOn) move();
    if (!goOn || others === 0) {
      handlers.unanswered(id, fault);
      return;
    }
    others -= 1;
    moved = false;
    void link.close();
    link = openHere();
    if (opening !== undefined) void link.send(opening);
  }
  let link = openHere();

  return {
    start: () => link.start(),
    async send(message) {
      if (!ready && isRequest(message)) opening ??= message;
      await link.send(message);
    },
    ready(version) {
      ready = true;
      link.ready(version);
    },
    stderr: () => link.stderr(),
    close: () => link.close(),
  };
}
