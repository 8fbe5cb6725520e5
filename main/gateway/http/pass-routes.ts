/** The routes that our own daemon answers itself: what the UI sends is passed on with the daemon's key, and nothing else of the client. */
import type { Context } from "hono";
import type { Me } from "../../../shared/protocol/access.ts";
import { fault } from "../../../shared/protocol/fault.ts";
import type { PassedRoute, RouteRow } from "../../../shared/protocol/routes.ts";
import { oneLine } from "../../../shared/text/visible.ts";
import { type Asked as AskedOf, ask } from "../../wire/reach.ts";
import type { Devices } from "../auth/devices.ts";
import { whoIs } from "../auth/identity.ts";
import { networkReason, readBounded } from "../discovery/probe-health.ts";
import { type DaemonId, OWN_DAEMON } from "../link/daemon-ref.ts";
import type { Daemons } from "../link/daemons.ts";
import { isAtOneDaemon, terminalDaemon } from "../sessions/session-record.ts";
import type { Sessions } from "../sessions/sessions.ts";
import { withShownCalls } from "../sessions/shown-calls.ts";
import { atDaemon, withShownClients } from "../sessions/shown-clients.ts";
import { withShownEntries } from "../sessions/shown-inbox.ts";
import { refuseWith } from "./answer.ts";
import type { AnyHandler, Asked } from "./router.ts";

const TIMEOUT_MS = 15_000;
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

/** As others read it who see an answer. */
const nameOf = (me: Me): string =>
  me.kind === "owner" ? "the owner" : oneLine(me.name ?? "a device", 80) || "a device";

export interface PassRoutesContext {
  daemons: Pick<Daemons, "settledAt">;
  sessions: Sessions;
  devices: Pick<Devices, "list">;
}

/** Gives the handler of a row that is passed on, and none for any other. */
export function passRoutes({
  daemons,
  sessions,
  devices,
}: PassRoutesContext): (row: RouteRow) => AnyHandler | undefined {
  /** What the client is to have of an answer that is no refusal. */
  const adapt: { [Name in PassedRoute]?: (text: string) => string } = {
    "GET /api/v1/outbox": (text) => withShownCalls(text, sessions),
    "GET /api/v1/inbox": (text) => withShownEntries(text, sessions),
    "GET /api/v1/client-tokens": (text) => withShownClients(text, sessions),
  };
  /** What the daemon is to have in place of the client's body. */
  const given: { [Name in PassedRoute]?: (body: unknown, context: Asked) => unknown } = {
    "POST /api/v1/inbox/:id/answer": (answer, context) => ({
      by: nameOf(whoIs(context.env.identity, devices.list())),
      answer,
    }),
    "POST /api/v1/client-tokens": (request) => atDaemon(request, sessions),
    "POST /api/v1/sessions/:id/calls/:call/stop": (_, context) => {
      const me = whoIs(context.env.identity, devices.list());
      return me.kind === "owner" ? {} : { device: nameOf(me) };
    },
  };

  return ({ name, passes, query = [] }) => {
    if (passes === undefined) return undefined;
    const change = new Map(Object.entries(adapt)).get(name);
    const give = new Map(Object.entries(given)).get(name);
    return (context, body) => {
      const to = placeAtDaemon(passes, context);
      if (to === undefined) return refuseWith(context, NO_SESSION);
      const asked = new URLSearchParams();
      for (const key of query) {
        const value = context.req.query(key);
        if (value !== undefined) asked.set(key, value);
      }
      if (asked.size > 0) to.path += `?${asked}`;
      return passOn(context, to, give === undefined ? body : give(body, context), change);
    };
  };

  /**
   * `:session` is the session's id at the daemon of its tools, `:terminal` that at the daemon of its terminal; all else of the path
   * is as it was asked for. What names no session goes to our own.
   */
  function placeAtDaemon(passes: string, context: Context): { daemon: DaemonId; path: string } | undefined {
    const record = sessions.get(context.req.param("id") ?? "")?.record;
    const ids: Record<string, string | undefined> = {
      session: record?.mcp.session_id,
      terminal: record?.terminal_session,
    };
    const names = [...passes.matchAll(/:(\w+)/g)].map(([, name = ""]) => name);
    if (names.some((name) => name in ids && ids[name] === undefined)) return undefined;
    const path = passes.replace(/:(\w+)/g, (_, name: string) =>
      encodeURIComponent(ids[name] ?? context.req.param(name) ?? ""),
    );
    const atTerminal =
      names.includes("terminal") || (names.includes("session") && record !== undefined && isAtOneDaemon(record));
    return { daemon: record !== undefined && atTerminal ? terminalDaemon(record) : OWN_DAEMON, path };
  }

  async function passOn(
    context: Context,
    { daemon: at, path }: { daemon: DaemonId; path: string },
    body: unknown,
    change?: (text: string) => string,
  ): Promise<Response> {
    const daemon = await daemons.settledAt(at, context.req.raw.signal);
    if (daemon === undefined)
      return refuseWith(
        context,
        fault("no-daemon", "Signalbox's own daemon is not running.", "Start the built-in daemon."),
      );
    const headers: Record<string, string> = { ...daemon.client.keyHeaders };
    const asked: AskedOf = {
      method: context.req.method,
      headers,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    };
    if (body !== undefined) {
      headers["content-type"] = "application/json";
      asked.body = JSON.stringify(body);
    }
    try {
      const told = await ask(daemon.reach, path, asked);
      if (told.status === 204) return new Response(null, { status: 204 });
      const text = await readBounded(told, MAX_ANSWER_BYTES);
      if (text === undefined) return refuseWith(context, fault("daemon-answer", "The daemon's answer was too large."));
      const answer = told.ok ? (change?.(text) ?? text) : text;
      return new Response(answer, { status: told.status, headers: { "content-type": "application/json" } });
    } catch (error) {
      return refuseWith(context, fault("daemon-unreachable", `The daemon did not answer: ${networkReason(error)}.`));
    }
  }
}

const NO_SESSION = fault("no-such-session", "This session isn't on this computer.");
