/** Joins connected programs to agents: each client token is a server whose tools its connected client executes. */
import type { WebSocket } from "ws";
import type { ClientOffer, OfferedCall } from "../../../shared/protocol/client-offers.ts";
import type { ClientTokenView } from "../../../shared/protocol/client-tools.ts";
import { CLOSE } from "../../../shared/protocol/wire.ts";
import { oneLine } from "../../../shared/text/visible.ts";
import type { Log } from "../../home/create-log.ts";
import type { OpenLink } from "../upstream/connection/link.ts";
import { type AskingSession, BUILTIN_SERVER, type Server } from "../upstream/open-server.ts";
import type { ServerSource } from "../upstream/server-source.ts";
import { openClientConnection, type TaskFault, type TaskHandle, type TaskHandlers } from "./client-connection.ts";
import { type ClientMember, createClientLink } from "./client-link.ts";
import type { ClientToken, ClientTokens } from "./client-tokens.ts";
import { freeName } from "./server-name.ts";
import { createValueChecks, type ValueChecks } from "./value-checks.ts";

export interface ClientRoom {
  /** The clients as servers of agents. */
  source: ServerSource;
  /** A connection of one agent's session to the client of this token. */
  open(id: string, session: AskingSession | undefined): OpenLink;
  /** Takes a client's socket. With `takeover` the one that is connected makes room; otherwise the new one is closed. */
  attach(socket: WebSocket, token: ClientToken, takeover: boolean): void;
  list(): ClientTokenView[];
  /** What checks the schemas of clients. */
  readonly checks: ValueChecks;
  /** Those that are connected, for agents on other machines. */
  offers(): ClientOffer[];
  /** A call by an agent on another machine. One that cannot be made ends at once. */
  run(id: string, call: OfferedCall, handlers: TaskHandlers): TaskHandle | undefined;
  dispose(): void;
}

/** What is known of one token's client. */
interface Member extends ClientMember {
  /** The list that agents were told of last, as JSON. */
  told: string;
}

export interface ClientRoomOptions {
  tokens: ClientTokens;
  log: Log;
}

export function createClientRoom({ tokens, log }: ClientRoomOptions): ClientRoom {
  const checks = createValueChecks(log);
  const members = new Map<string, Member>();
  const listeners = new Set<() => void>();
  const changed = () => {
    for (const listener of listeners) listener();
  };

  const memberOf = (id: string): Member => {
    let member = members.get(id);
    if (member === undefined) {
      member = {
        token: () => tokens.get(id),
        connection: undefined,
        tools: tokens.get(id)?.tools ?? [],
        told: "[]",
        links: new Set(),
      };
      members.set(id, member);
    }
    return member;
  };
  /** Only of another list: a notice without news is taken for an echo by whoever reads (list-watch.ts). */
  const tellLinks = (member: Member) => {
    const listed = member.connection === undefined ? "[]" : JSON.stringify(member.tools);
    if (listed === member.told) return changed();
    member.told = listed;
    const message = { jsonrpc: "2.0" as const, method: "notifications/tools/list_changed" };
    for (const link of [...member.links]) link.message(message, undefined);
    changed();
  };
  tokens.onChange(() => {
    for (const [id, member] of members) {
      if (tokens.get(id) !== undefined) continue;
      members.delete(id);
      member.connection?.close(CLOSE.tokenRevoked, "this token was revoked");
    }
    changed();
  });

  /** Names that servers from elsewhere have. */
  let taken: ReadonlySet<string> = new Set();
  /** As their tokens say, but for those whose name a server from elsewhere has. */
  const names = (): Map<string, string> => {
    const used = new Set([...taken, BUILTIN_SERVER]);
    const free = tokens.list().filter(({ server }) => !used.has(server));
    for (const { server } of free) used.add(server);
    const named = new Map(free.map(({ id, server }) => [id, server]));
    return new Map(
      tokens.list().map(({ id, server }) => {
        const own = named.get(id) ?? freeName(server, used);
        used.add(own);
        return [id, own];
      }),
    );
  };
  const serverOf = (id: string, name: string): Server => ({
    name,
    transport: "client",
    config: { command: "" },
    client: id,
  });

  return {
    source: {
      list(others) {
        taken = others;
        return Array.from(names(), ([id, name]) => serverOf(id, name));
      },
      onChange: (listener) => void listeners.add(listener),
      isFor(server, session) {
        const sessions = server.client === undefined ? [] : (tokens.get(server.client)?.sessions ?? []);
        return sessions === "all" || sessions.includes(session);
      },
      away(tool, session) {
        for (const [id, name] of names()) {
          const member = memberOf(id);
          const sessions: ClientToken["sessions"] = tokens.get(id)?.sessions ?? [];
          if (member.connection !== undefined || (sessions !== "all" && !sessions.includes(session))) continue;
          const definition = member.tools.find((one) => one.name === tool);
          if (definition !== undefined) return { server: name, tool, definition };
        }
        return undefined;
      },
    },
    open: (id, session) => (handlers) => createClientLink(memberOf(id), session, handlers),
    attach(socket, token, takeover) {
      const member = memberOf(token.id);
      if (member.connection !== undefined && !takeover) {
        socket.close(CLOSE.policy, "a client with this token is connected already; ?takeover=1 replaces it");
        return;
      }
      // The one that leaves must not take the new one with it.
      const former = member.connection;
      const connection = openClientConnection(socket, {
        client: token.id,
        seconds: token.timeout_seconds,
        declared: token.tools ?? [],
        checks,
        log,
        onTools(tools) {
          if (member.connection !== connection) return;
          member.tools = tools;
          tellLinks(member);
        },
        onClose() {
          tokens.seen(token.id);
          if (member.connection !== connection) return;
          member.connection = undefined;
          tellLinks(member);
        },
      });
      member.connection = connection;
      tokens.seen(token.id);
      former?.close(CLOSE.policy, "another client with this token took over");
      member.tools = connection.tools();
      tellLinks(member);
    },
    list() {
      const servers = names();
      return tokens.list().map(({ id, name, origins, sessions, timeout_seconds, created_at, last_seen_at }) => {
        const { connection, tools } = memberOf(id);
        const { title, version } = connection?.introduced() ?? {};
        return {
          id,
          name,
          server: servers.get(id) ?? name,
          origins,
          sessions,
          timeout_seconds,
          created_at,
          connected: connection !== undefined,
          ...(last_seen_at !== undefined && { last_seen_at }),
          ...(title !== undefined && { title }),
          ...(version !== undefined && { version }),
          tools: connection === undefined ? [] : tools.map((tool) => String(tool.name)),
        };
      });
    },
    checks,
    offers: () =>
      tokens.list().flatMap(({ id, name, server, sessions }) => {
        const { connection, tools } = memberOf(id);
        if (connection === undefined) return [];
        return [{ id, name, server, sessions, tools: [...tools], ...connection.introduced() }];
      }),
    run(id, { tool: name, args, session }, handlers) {
      const stop = (code: TaskFault, message: string) => {
        handlers.end({ ok: false, code, message });
        return undefined;
      };
      const token = tokens.get(id);
      const connection = members.get(id)?.connection;
      if (token === undefined || connection === undefined)
        return stop("no-client", "no program with this token is connected; the tool was not carried out");
      if (token.sessions !== "all" && !token.sessions.includes(session.id))
        return stop("no-client", "its token is for other sessions; the tool was not carried out");
      const tool = connection.tools().find((one) => one.name === name);
      if (tool === undefined) return stop("client-failed", `it has no tool ${oneLine(name, 80)} any more`);
      return connection.run({ tool, args, session }, handlers);
    },
    dispose() {
      checks.dispose();
      for (const { connection } of members.values()) connection?.close(CLOSE.goingAway, "the daemon is ending");
    },
  };
}
