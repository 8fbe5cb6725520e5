/** Owns the upstream connections of one agent's MCP session and their tool lists; none of them waits for another. */
import { setTimeout } from "node:timers/promises";
import type { JsonObject, RpcNotification, RpcRequest } from "../rpc/message.ts";
import type { Catalogue } from "../upstream/catalogue.ts";
import { type Connection, createConnection } from "../upstream/connection.ts";
import { type ClientSide, listTools } from "../upstream/handshake.ts";
import type { OpenServer, Server } from "../upstream/open-server.ts";
import type { Waiting } from "../upstream/peer.ts";
import { mergeTools, type ServerTools, type ToolMenu } from "./tool-menu.ts";

/** A server that takes longer to list is served from what is known of it. */
const LIST_TIMEOUT_MS = 10_000;
/** Between two readings of a list because its server says that it has changed. */
const RELOAD_MS = 250;

export interface SessionServersOptions {
  client: ClientSide;
  open: OpenServer;
  /** The session's folder, in which its servers run. */
  cwd: string;
  catalogue: Catalogue;
  request(from: Connection, message: RpcRequest, related: Waiting | undefined): void;
  notification(from: Connection, message: RpcNotification, related: Waiting | undefined): void;
  /** A server has (again) become ready; before anything else is sent to it. */
  ready(connection: Connection): void;
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
  /** The merged list as it is now; asks the servers again. */
  menu(): Promise<ToolMenu>;
  /** The merged list of what was heard last, at once. */
  lastMenu(): ToolMenu;
  restart(name: string): void;
  close(): Promise<void>;
}

const NONE: readonly JsonObject[] = [];

interface Member {
  server: Server;
  connection: Connection;
  openedAt: number;
  tools: readonly JsonObject[] | undefined;
  loading: Promise<void> | undefined;
  /** The list changed while it was being read. */
  again: boolean;
  /** It is going to be read because it changed, and when that was begun last. */
  reloading: boolean;
  reloadedAt: number;
}

export function createSessionServers(options: SessionServersOptions): SessionServers {
  const { client, catalogue } = options;
  const members = new Map<string, Member>();

  /** One at a time for each server, however often it says that its list changed; what changes meanwhile is read after. */
  const load = (member: Member, again = false): Promise<void> => {
    if (member.loading !== undefined) member.again ||= again;
    member.loading ??= (async () => {
      do {
        member.again = false;
        await loadNow(member);
      } while (member.again);
      member.loading = undefined;
    })();
    return member.loading;
  };
  const loadNow = async (member: Member) => {
    const { connection } = member;
    const { peer, state } = connection;
    if (peer === undefined || state.phase !== "ready") return;
    const listed = await listTools(peer, state.server, LIST_TIMEOUT_MS);
    if (connection.peer !== peer || !listed.ok) return;
    member.tools = listed.tools;
    catalogue.reportReady(
      connection.name,
      { server: state.server, tools: listed.tools },
      state.latencyMs,
      listed.leftOut,
    );
  };
  /** What a server says all the time is believed now and then. */
  const reload = async (member: Member) => {
    if (member.reloading) return;
    member.reloading = true;
    const wait = member.reloadedAt + RELOAD_MS - performance.now();
    if (wait > 0) await setTimeout(wait, undefined, { ref: false });
    member.reloading = false;
    member.reloadedAt = performance.now();
    await load(member, true);
    options.toolsChanged();
  };
  const open = (server: Server): Member => {
    const member: Member = {
      server,
      openedAt: performance.now(),
      tools: undefined,
      loading: undefined,
      again: false,
      reloading: false,
      reloadedAt: Number.NEGATIVE_INFINITY,
      connection: createConnection({
        name: server.name,
        open: options.open(server, options.cwd),
        client,
        remote: server.transport === "http",
        handlers: {
          request: (message, related) => options.request(member.connection, message, related),
          notification(message, related) {
            if (message.method !== "notifications/tools/list_changed") {
              return options.notification(member.connection, message, related);
            }
            void reload(member);
          },
          state(state) {
            if (state.phase === "failed") {
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
  const listOf = (member: Member): ServerTools => ({
    server: member.server.name,
    tools: member.tools ?? catalogue.known(member.server.name)?.tools ?? NONE,
  });
  /** Milliseconds for which others may wait for it. */
  const graceFor = ({ connection, server, openedAt }: Member) =>
    connection.state.phase === "connecting" ? catalogue.graceFor(server.name, openedAt) : 0;
  const refresh = async (member: Member) => {
    const { connection } = member;
    if (connection.state.phase === "ready") return load(member);
    // Served without a server that has not come by then; when it comes, the agent is told.
    const grace = graceFor(member);
    if (grace === 0) return;
    await connection.settled(grace);
    await load(member);
  };
  /** Merged anew only when a list is another one; each call looks its tool up here. */
  let merged: { from: readonly (readonly JsonObject[])[]; menu: ToolMenu } | undefined;
  const lastMenu = () => {
    const lists = [...members.values()].map(listOf);
    const same = merged?.from.length === lists.length && lists.every((list, i) => list.tools === merged?.from[i]);
    if (merged === undefined || !same) merged = { from: lists.map((list) => list.tools), menu: mergeTools(lists) };
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
    async menu() {
      await Promise.all([...members.values()].map(refresh));
      return lastMenu();
    },
    lastMenu,
    restart: (name) => members.get(name)?.connection.restart(),
    async close() {
      await Promise.all([...members.values()].map((member) => member.connection.close()));
    },
  };
}
