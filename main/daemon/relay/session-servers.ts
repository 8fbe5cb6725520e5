/** The upstream connections of one agent's MCP session and their tool lists; none of them waits for another. */
import type { JsonObject, RpcNotification, RpcRequest } from "../rpc/message.ts";
import type { Catalogue } from "../upstream/catalogue/catalogue.ts";
import { definitionOf } from "../upstream/catalogue/known.ts";
import { type Connection, createConnection } from "../upstream/connection/connection.ts";
import { type ClientSide, listTools } from "../upstream/connection/handshake.ts";
import type { LinkFault } from "../upstream/connection/link.ts";
import type { Waiting } from "../upstream/connection/peer.ts";
import type { AskingSession, OpenServer, Server } from "../upstream/open-server.ts";
import type { ListWatches } from "./list-watch.ts";
import type { ShownNames } from "./shown-names.ts";
import { mergeTools, type ServerTools, type ToolMenu } from "./tool-menu.ts";

/** A server that takes longer to list is served from what is known of it. */
const LIST_TIMEOUT_MS = 10_000;
/** A list waits this long for a server that may show this client another one than is known. */
const LIST_WAIT_MS = 5_000;
const LIST_CHANGED = /^notifications\/(tools|prompts|resources)\/list_changed$/;

export interface SessionServersOptions {
  client: ClientSide;
  open: OpenServer;
  /** The session's folder, in which its servers run. */
  cwd: string;
  /** The session, as clients are told who asks. */
  session?: AskingSession;
  catalogue: Catalogue;
  watches: ListWatches;
  /** What names meant that the agent was shown. */
  shown: Pick<ShownNames, "of" | "size">;
  request(from: Connection, message: RpcRequest, related: Waiting | undefined): void;
  notification(from: Connection, message: RpcNotification, related: Waiting | undefined): void;
  /** A server has (again) become ready; before anything else is sent to it. */
  ready(connection: Connection): void;
  /** It connects (again): what it asked over the last connection has no answer any more. */
  askedBefore(name: string): void;
  /** A connection was lost or its server is no longer configured. */
  gone(name: string): void;
  /** The tools that can be listed may differ from those listed last. */
  toolsChanged(): void;
}

export interface SessionServers {
  /** In the order of their configuration. */
  all(): Connection[];
  get(name: string): Connection | undefined;
  /** Those that are new and still connecting, worth waiting for. */
  fresh(): Connection[];
  /** Connects new servers, reconnects changed ones, closes those that are gone; the others are not touched. */
  apply(servers: readonly Server[]): void;
  /**
   * The merged list as it is now; asks the servers again. One that is connecting and has shown this client nothing yet is
   * waited for, `waitMs` after it began to connect at most.
   */
  menu(waitMs?: number): Promise<ToolMenu>;
  /** The merged list of what was heard last, at once. */
  lastMenu(): ToolMenu;
  /** Resolves once this server is no longer connecting, or has been for too long. */
  reach(name: string): Promise<void>;
  /** Why the tools of this server cannot be listed although it is there; undefined when they can. */
  unlisted(name: string): LinkFault | undefined;
  restart(name: string): void;
  /** Closes the connections until something is asked of them. */
  rest(): void;
  /** Connects those that rest. */
  wake(): void;
  close(): Promise<void>;
}

const NONE: readonly JsonObject[] = [];

interface Member {
  server: Server;
  connection: Connection;
  openedAt: number;
  /** When it began to connect last. */
  connectingAt: number;
  tools: readonly JsonObject[] | undefined;
  loading: Promise<void> | undefined;
  /** While its list was being read, it said that the list had changed. */
  changedMeanwhile: boolean;
  /** Why its list could not be read the last time. */
  unlisted: LinkFault | undefined;
  /** It has rested, and is not back yet. */
  rested: boolean;
}

export function createSessionServers(options: SessionServersOptions): SessionServers {
  const { client, catalogue } = options;
  /** Servers may offer a client tools according to what it can do. */
  const shownTo = JSON.stringify(client.capabilities);
  const members = new Map<string, Member>();

  /** One reading at a time for each server: who asks meanwhile gets its answer. */
  const load = (member: Member): Promise<void> => {
    if (member.loading !== undefined) return member.loading;
    member.changedMeanwhile = false;
    member.loading = loadNow(member).finally(() => {
      member.loading = undefined;
    });
    return member.loading;
  };
  /** For who asks now: a reading that was under way is the answer, unless the list changed in it. */
  const loadFresh = async (member: Member): Promise<void> => {
    const underWay = member.loading !== undefined;
    await load(member);
    if (underWay && member.changedMeanwhile) await load(member);
  };
  const loadNow = async (member: Member) => {
    const { connection } = member;
    const { peer, state, name } = connection;
    if (peer === undefined || state.phase !== "ready") return;
    const read = options.watches.of(name, "tools").reading("tools");
    const listed = await listTools(peer, state.server, LIST_TIMEOUT_MS);
    read(listed.ok ? JSON.stringify(listed.tools) : undefined);
    if (connection.peer !== peer) return;
    member.unlisted = listed.ok ? undefined : listed.fault;
    if (!listed.ok) return;
    member.tools = listed.tools;
    const known = { server: state.server, tools: listed.tools };
    catalogue.reportReady(name, known, state.latencyMs, listed.leftOut, shownTo);
  };
  const heard = (member: Member, message: RpcNotification, related: Waiting | undefined) => {
    const kind = LIST_CHANGED.exec(message.method)?.[1];
    if (kind === undefined) return options.notification(member.connection, message, related);
    if (kind === "tools" && member.loading !== undefined) member.changedMeanwhile = true;
    options.watches.of(member.server.name, kind).notice(() => {
      if (kind === "tools") void load(member).then(options.toolsChanged);
      else options.notification(member.connection, message, related);
    });
  };
  const open = (server: Server): Member => {
    const member: Member = {
      server,
      openedAt: performance.now(),
      connectingAt: performance.now(),
      tools: undefined,
      loading: undefined,
      changedMeanwhile: false,
      unlisted: undefined,
      rested: false,
      connection: createConnection({
        name: server.name,
        definition: definitionOf(server),
        open: options.open(server, options.cwd, options.session),
        client,
        remote: server.transport === "http",
        handlers: {
          request: (message, related) => options.request(member.connection, message, related),
          notification: (message, related) => heard(member, message, related),
          state(state) {
            if (state.phase === "connecting") {
              member.connectingAt = performance.now();
              options.askedBefore(server.name);
            }
            if (state.phase === "ready" || state.phase === "failed") member.rested = false;
            if (state.phase === "resting") {
              member.rested = true;
              options.gone(server.name);
            } else if (state.phase === "failed") {
              catalogue.reportFailed(server.name, state.fault);
              options.gone(server.name);
              options.toolsChanged();
            } else if (state.phase === "ready") {
              options.ready(member.connection);
              void load(member).then(options.toolsChanged);
            }
          },
        },
      }),
    };
    return member;
  };
  const listOf = ({ server: { name }, tools }: Member): ServerTools => ({
    server: name,
    tools: tools ?? catalogue.shownTo(name, shownTo) ?? catalogue.known(name)?.tools ?? NONE,
  });
  /** Milliseconds for which others may wait for one that is new. */
  const graceFor = ({ connection, server, openedAt }: Member) =>
    connection.state.phase === "connecting" ? catalogue.graceFor(server.name, openedAt) : 0;
  /** Milliseconds for which its list may wait; what is known of it was perhaps shown to a client that can do other things. */
  const waitFor = (member: Member, waitMs: number | undefined) => {
    const { connection, server, tools, connectingAt } = member;
    if (connection.state.phase !== "connecting") return 0;
    const asShown = tools !== undefined || catalogue.shownTo(server.name, shownTo) !== undefined;
    const known = catalogue.known(server.name) !== undefined;
    // Who asks one that has rested waits for it, as if it had been there all the time.
    const wait = waitMs ?? ((known && !asShown) || member.rested ? LIST_WAIT_MS : 0);
    return Math.max(graceFor(member), wait - (performance.now() - connectingAt));
  };
  const refresh = async (member: Member, waitMs: number | undefined) => {
    const { connection } = member;
    if (connection.state.phase === "resting") connection.wake();
    if (connection.state.phase === "ready") return loadFresh(member);
    // Served without a server that has not come by then; when it comes, the agent is told.
    const wait = waitFor(member, waitMs);
    if (wait <= 0) return;
    await connection.settled(wait);
    await load(member);
  };
  /** Merged anew only when a list is another one; each call looks its tool up here. */
  let merged: { from: readonly (readonly JsonObject[])[]; shown: number; menu: ToolMenu } | undefined;
  const lastMenu = () => {
    const lists = [...members.values()].map(listOf);
    const { size } = options.shown;
    const same = merged?.from.length === lists.length && lists.every((list, i) => list.tools === merged?.from[i]);
    if (merged === undefined || !same || merged.shown !== size) {
      merged = { from: lists.map((list) => list.tools), shown: size, menu: mergeTools(lists, options.shown.of) };
    }
    return merged.menu;
  };

  return {
    all: () => [...members.values()].map((member) => member.connection),
    get: (name) => members.get(name)?.connection,
    fresh: () => [...members.values()].filter((member) => graceFor(member) > 0).map((member) => member.connection),
    apply(servers) {
      const next = new Map<string, Member>();
      for (const server of servers) {
        const before = members.get(server.name);
        const same = before !== undefined && JSON.stringify(before.server) === JSON.stringify(server);
        next.set(server.name, same ? before : open(server));
      }
      for (const [name, member] of members) {
        if (next.get(name) === member) continue;
        void member.connection.close();
        options.gone(name);
      }
      const first = members.size === 0;
      members.clear();
      for (const [name, member] of next) members.set(name, member);
      if (!first) options.toolsChanged();
    },
    async menu(waitMs) {
      await Promise.all([...members.values()].map((member) => refresh(member, waitMs)));
      return lastMenu();
    },
    async reach(name) {
      const member = members.get(name);
      if (member?.connection.state.phase === "resting") member.connection.wake();
      if (member !== undefined) await member.connection.settled(Math.max(0, waitFor(member, LIST_WAIT_MS)));
    },
    unlisted(name) {
      const member = members.get(name);
      return member?.connection.state.phase === "ready" ? member.unlisted : undefined;
    },
    lastMenu,
    restart: (name) => members.get(name)?.connection.restart(),
    rest() {
      for (const { connection } of members.values()) connection.rest();
    },
    wake() {
      for (const { connection } of members.values()) if (connection.state.phase === "resting") connection.wake();
    },
    async close() {
      await Promise.all([...members.values()].map((member) => member.connection.close()));
    },
  };
}
