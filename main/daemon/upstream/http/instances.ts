/**
 * Which of a remote server's instances a connection uses: the one that began its session, and another once that one
 * cannot be reached; and that the loss of an instance is found out without a request. Most servers have only one.
 */
import { isReply, isRequest, type RpcId, type RpcMessage, request } from "../../rpc/message.ts";
import { isAway, type Link, type LinkFault, type LinkHandlers } from "../connection/link.ts";

/** Where one connection is among the instances; it outlives the connection's links. */
export interface Place {
  at: number;
  /** When a refusal was last taken for a lost session on the strength of its status alone. */
  guessedAt?: number;
}

export interface Instances {
  addresses: readonly string[];
  place: Place;
  open: (address: string, handlers: LinkHandlers) => Link;
  /** Told of an instance, by its index, that it cannot be reached, or (without a fault) that it was. */
  heard?: (instance: number, fault: LinkFault | undefined) => void;
  clock?: () => number;
}

/** A session that could go on elsewhere asks this often whether its instance is there, where no stream tells. */
const ASK_MS = 10_000;
/** A server that refused a request in that way also in the session that was begun for it means the request. */
const GUESS_MS = 60_000;
/** Statuses that speak of one request and not of the session. */
const ABOUT_THE_REQUEST = new Set([403, 408, 413, 415, 429, 431]);
/** Ours are strings; the ids of requests that are passed on are numbers. */
const PING = "signalbox-is-there";

/**
 * A link to the instance at `place`. Until the handshake is done, an instance that fails is followed by the next one, each
 * once. After it, an instance that cannot be reached has lost the session: the next link goes to the next instance. When
 * there is no other, the connection is over.
 */
export function openAtInstance(
  { addresses, place, open, heard, clock = () => performance.now() }: Instances,
  handlers: LinkHandlers,
): Link {
  const several = addresses.length > 1;
  let ready = false;
  let moved = false;
  let over = false;
  let others = addresses.length - 1;
  let opening: RpcMessage | undefined;
  /** Requests without an answer: they find out by themselves, and may still be resumed. */
  const underWay = new Set<RpcId>();
  /** Whether it is there is to be asked once nothing is under way. */
  let doubted = false;
  let asking = 0;
  let timer: NodeJS.Timeout | undefined;

  const here = () => place.at % addresses.length;
  const openHere = () => open(addresses[here()] ?? "", { ...handlers, message, unanswered, interrupted });
  const move = (fault: LinkFault) => {
    // Every request that was under way says the same.
    if (moved) return;
    heard?.(here(), fault);
    moved = true;
    place.at += 1;
  };
  const end = (fault: LinkFault) => {
    if (over || underWay.size > 0) return;
    over = true;
    clearInterval(timer);
    handlers.closed(fault);
  };
  const settled = (id: RpcId) => {
    underWay.delete(id);
    if (doubted && underWay.size === 0) ask();
  };
  /** At most twice in a row: the first may meet the connection that is just breaking. */
  const ask = () => {
    doubted = underWay.size > 0;
    if (!ready || over || moved || doubted || asking > 0) return;
    asking = 2;
    ping();
  };
  const ping = () =>
    void link.send(request(PING, "ping")).catch(() => {
      asking = 0;
    });
  const notThere = (fault: LinkFault) => {
    asking -= 1;
    const unclear = fault.status === undefined && fault.undelivered !== true;
    if (unclear && asking > 0) {
      ping();
      return;
    }
    asking = 0;
    if (fault.sessionLost === true) return end(fault);
    const { status } = fault;
    // It answers, but not in this session: another one may be better, and if not, its status says so.
    if (status !== undefined && !ABOUT_THE_REQUEST.has(status)) {
      return end(status < 500 && fault.signIn !== true ? { ...fault, sessionLost: true } : fault);
    }
    if (!isAway(fault) || status !== undefined) return;
    move(fault);
    end(several ? { ...fault, sessionLost: true } : fault);
  };
  function interrupted(): void {
    ask();
  }
  function message(item: RpcMessage, related: RpcId | undefined): void {
    if (isReply(item) && item.id === PING) asking = 0;
    else handlers.message(item, related);
    if (isReply(item) && item.id !== undefined) settled(item.id);
  }
  function unanswered(id: RpcId, fault: LinkFault): void {
    if (id === PING) notThere(fault);
    else if (ready) lostRequest(id, fault);
    else lostHandshake(id, fault);
  }
  /** A guess is believed where it costs no other request its answer, and not again and again. */
  const believed = (fault: LinkFault): LinkFault => {
    if (fault.guess !== true) return fault;
    const now = clock();
    const sure = underWay.size === 0 && (place.guessedAt === undefined || now - place.guessedAt > GUESS_MS);
    if (sure) place.guessedAt = now;
    const { sessionLost: _lost, undelivered: _undelivered, guess: _guess, ...refused } = fault;
    return sure ? fault : refused;
  };
  const lostRequest = (id: RpcId, given: LinkFault) => {
    underWay.delete(id);
    const fault = believed(given);
    const away = fault.undelivered === true && fault.sessionLost !== true;
    if (away) move(fault);
    // Whether the session is still good is found out before the next request finds out.
    if (fault.status !== undefined && fault.sessionLost !== true && !ABOUT_THE_REQUEST.has(fault.status))
      doubted = true;
    handlers.unanswered(id, away && several ? { ...fault, sessionLost: true } : fault);
    if (away && !several) end(fault);
    else settled(id);
  };
  const lostHandshake = (id: RpcId, fault: LinkFault) => {
    if (isAway(fault)) heard?.(here(), fault);
    // No other instance knows a sign-in that this one does not.
    const goOn = fault.signIn !== true && opening !== undefined;
    if (goOn) place.at += 1;
    if (!goOn || others === 0) {
      handlers.unanswered(id, fault);
      return;
    }
    others -= 1;
    void link.close();
    link = openHere();
    if (opening !== undefined) void link.send(opening);
  };
  let link = openHere();

  return {
    start: () => link.start(),
    async send(item) {
      if (isRequest(item)) {
        if (ready) underWay.add(item.id);
        else opening ??= item;
      } else if (!isReply(item) && item.method === "notifications/cancelled") {
        const id = item.params?.requestId;
        if (typeof id === "number") settled(id);
      }
      await link.send(item);
    },
    ready(version) {
      ready = true;
      heard?.(here(), undefined);
      if (several) timer = setInterval(ask, ASK_MS);
      link.ready(version);
    },
    said: () => link.said(),
    close() {
      over = true;
      clearInterval(timer);
      return link.close();
    },
  };
}
