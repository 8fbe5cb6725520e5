/** The routes that our own daemon answers itself: what the UI sends is passed on with the daemon's key, and nothing else of the client. */
import type { Context } from "hono";
import type { Me } from "../../../shared/protocol/access.ts";
import { failed, fault, ok, type Result } from "../../../shared/protocol/fault.ts";
import type { PassedRoute, RouteRow } from "../../../shared/protocol/routes.ts";
import { oneLine } from "../../../shared/text/visible.ts";
import { type Asked as AskedOf, ask } from "../../wire/reach.ts";
import type { AppHub } from "../app-hub.ts";
import type { Devices } from "../auth/devices.ts";
import { whoIs } from "../auth/identity.ts";
import { networkReason, readBounded } from "../discovery/probe-health.ts";
import { type DaemonId, OWN_DAEMON } from "../link/daemon-ref.ts";
import type { Daemons } from "../link/daemons.ts";
import { entryPlace } from "../machines/join-waiting.ts";
import type { Machines } from "../machines/machines.ts";
import { isAtOneDaemon, terminalDaemon } from "../sessions/session-record.ts";
import type { Sessions } from "../sessions/sessions.ts";
import { joinedCalls, withShownCalls } from "../sessions/shown-calls.ts";
import { atDaemon, withShownClients } from "../sessions/shown-clients.ts";
import { type DaemonText, joinedEntries, withShownEntries } from "../sessions/shown-inbox.ts";
import { refuseWith } from "./answer.ts";
import type { AnyHandler, Asked } from "./router.ts";

const TIMEOUT_MS = 15_000;
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

/** As others read it who see an answer. */
const nameOf = (me: Me): string =>
  me.kind === "owner" ? "the owner" : oneLine(me.name ?? "a device", 80) || "a device";

export interface PassRoutesContext {
  daemons: Pick<Daemons, "settledAt" | "get">;
  machines: Pick<Machines, "find">;
  sessions: Sessions;
  devices: Pick<Devices, "list">;
  hub: Pick<AppHub, "state">;
}

/** What a daemon said. */
interface Told {
  status: number;
  text: string;
}

/** What the row lets through of what was asked for, as the daemon is asked for it. */
function queryOf(names: readonly string[], context: Context): string {
  const asked = new URLSearchParams();
  for (const name of names) {
    const value = context.req.query(name);
    if (value !== undefined) asked.set(name, value);
  }
  return asked.size > 0 ? `?${asked}` : "";
}

/** Gives the handler of a row that is passed on, and none for any other. */
export function passRoutes(parts: PassRoutesContext): (row: RouteRow) => AnyHandler | undefined {
  const { daemons, machines, sessions, devices, hub } = parts;
  /** What the client is to have of an answer that is no refusal. */
  const adapt: { [Name in PassedRoute]?: (text: string) => string } = {
    "GET /api/v1/outbox": (text) => withShownCalls(text, sessions),
    "GET /api/v1/inbox": (text) => withShownEntries(text, sessions),
    "GET /api/v1/client-tokens": (text) => withShownClients(text, sessions),
  };
  /** What is asked of all machines where none is named. */
  const join: { [Name in PassedRoute]?: (answers: DaemonText[], missing: string[]) => string } = {
    "GET /api/v1/outbox": (answers, missing) => joinedCalls(answers, missing, sessions),
    "GET /api/v1/inbox": (answers, missing) => joinedEntries(answers, missing, sessions),
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
    const joins = new Map(Object.entries(join)).get(name);
    const give = new Map(Object.entries(given)).get(name);
    return async (context, body) => {
      const others = hub.state().daemons ?? [];
      if (joins !== undefined && others.length > 0 && context.req.query("machine") === undefined)
        return askAll(context, passes, others, joins);
      const to = await placeAtDaemon(name, passes, context);
      if (!to.ok) return refuseWith(context, to.fault);
      const place = { ...to.value, path: to.value.path + queryOf(query, context) };
      const told = await askDaemon(context, place, give === undefined ? body : give(body, context));
      if (!told.ok) return refuseWith(context, told.fault);
      const { status, text } = told.value;
      if (status === 204) return new Response(null, { status });
      return json(status < 400 ? (change?.(text) ?? text) : text, status);
    };
  };

  /**
   * `:session` is the session's id at the daemon of its tools, `:terminal` that at the daemon of its terminal; all else of the path
   * is as it was asked for. What names no session goes to our own, or to the machine that `?machine=` names.
   */
  async function placeAtDaemon(name: string, passes: string, context: Context): Promise<Result<Place>> {
    const asked = context.req.param("id") ?? "";
    if (name === "POST /api/v1/inbox/:id/answer") {
      const { daemon, id } = entryPlace(asked);
      return ok({ daemon, path: passes.replace(":id", encodeURIComponent(id)) });
    }
    const record = sessions.get(asked)?.record;
    const ids: Record<string, string | undefined> = {
      session: record?.mcp.session_id,
      terminal: record?.terminal_session,
    };
    const names = [...passes.matchAll(/:(\w+)/g)].map(([, name = ""]) => name);
    if (names.some((name) => name in ids && ids[name] === undefined)) return { ok: false, fault: NO_SESSION };
    const path = passes.replace(/:(\w+)/g, (_, name: string) =>
      encodeURIComponent(ids[name] ?? context.req.param(name) ?? ""),
    );
    if (names.some((name) => name in ids)) {
      const atTerminal = names.includes("terminal") || (record !== undefined && isAtOneDaemon(record));
      return ok({ daemon: record !== undefined && atTerminal ? terminalDaemon(record) : OWN_DAEMON, path });
    }
    const machine = context.req.query("machine");
    const found = machine === undefined ? ok(OWN_DAEMON) : await machines.find(machine);
    return found.ok ? ok({ daemon: found.value, path }) : found;
  }

  async function askDaemon(context: Context, { daemon: at, path }: Place, body: unknown): Promise<Result<Told>> {
    const daemon = await daemons.settledAt(at, context.req.raw.signal);
    if (daemon === undefined) {
      return at === OWN_DAEMON
        ? failed("no-daemon", "Signalbox's own daemon is not running.", "Start the built-in daemon.")
        : failed("machine-away", "The machine that has this can't be reached.", "Try again when it is back.");
    }
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
      const text = await readBounded(told, MAX_ANSWER_BYTES);
      if (text === undefined) return failed("daemon-answer", "The daemon's answer was too large.");
      return ok({ status: told.status, text });
    } catch (error) {
      return failed("daemon-unreachable", `The daemon did not answer: ${networkReason(error)}.`);
    }
  }

  /** Our own answers or refuses for all; of another machine that does not, the answer says so. */
  async function askAll(
    context: Context,
    path: string,
    others: readonly { id: DaemonId }[],
    joins: (answers: DaemonText[], missing: string[]) => string,
  ): Promise<Response> {
    const far = others.map(async ({ id }) => {
      const told =
        daemons.get(id) === undefined ? undefined : await askDaemon(context, { daemon: id, path }, undefined);
      return { id, text: told?.ok === true && told.value.status === 200 ? told.value.text : undefined };
    });
    const own = await askDaemon(context, { daemon: OWN_DAEMON, path }, undefined);
    const told = await Promise.all(far);
    if (!own.ok) return refuseWith(context, own.fault);
    if (own.value.status !== 200) return json(own.value.text, own.value.status);
    const answers = told.flatMap(({ id, text }) => (text === undefined ? [] : [{ daemon: id, text }]));
    const missing = told.flatMap(({ id, text }) => (text === undefined ? [id] : []));
    return json(joins([{ daemon: OWN_DAEMON, text: own.value.text }, ...answers], missing), 200);
  }
}

interface Place {
  daemon: DaemonId;
  path: string;
}

const json = (text: string, status: number): Response =>
  new Response(text, { status, headers: { "content-type": "application/json" } });

const NO_SESSION = fault("no-such-session", "This session isn't on this computer.");
