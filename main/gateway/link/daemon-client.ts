/** The requests that the gateway makes of a daemon, with the right key for each and no redirect ever followed. */
import type { z } from "zod";
import {
  type CreateSessionRequest,
  createSessionResponseSchema,
  daemonSessionsSchema,
  type StartTerminalRequest,
  serverStatusSchema,
  serversResponseSchema,
  sessionOverSchema,
  stoppedTerminalSchema,
  terminalInfoSchema,
} from "../../../shared/protocol/daemon-api.ts";
import { daemonSettingsSchema } from "../../../shared/protocol/daemon-settings.ts";
import { failed, faultBodySchema, ok, type Result } from "../../../shared/protocol/fault.ts";
import { outcomesResponseSchema } from "../../../shared/protocol/outbox-api.ts";
import type { DaemonExposures } from "../../../shared/protocol/preview-api.ts";
import { parseJson, z as schema } from "../../../shared/protocol/schema.ts";
import type { TypeRequest } from "../../../shared/protocol/script-api.ts";
import { type StartSessionRequest, startedSessionSchema } from "../../../shared/protocol/start-session-api.ts";
import { ask as askBy, type Reach } from "../../wire/reach.ts";
import { networkReason, readBounded } from "../discovery/probe-health.ts";

/** How long a daemon may take to answer an ordinary request, in milliseconds; testing a server may take as long as it starts. */
const REQUEST_TIMEOUT_MS = 15_000;
const TEST_TIMEOUT_MS = 60_000;
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

export type DaemonClient = ReturnType<typeof createDaemonClient>;

/** `key` is what the daemon knows us by, only for one that has proved who it is; a foreign one takes no credential here. */
export function createDaemonClient(reach: Reach, key: string | undefined) {
  const auth: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };

  async function ask<T>(
    method: string,
    path: string,
    body: unknown,
    answer: z.ZodType<T>,
    timeout = REQUEST_TIMEOUT_MS,
  ) {
    let response: Response;
    let text: string | undefined;
    try {
      response = await askBy(reach, path, {
        method,
        headers: body === undefined ? auth : { ...auth, "content-type": "application/json" },
        signal: AbortSignal.timeout(timeout),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      text = await readBounded(response, MAX_ANSWER_BYTES);
    } catch (error) {
      return failed(
        "daemon-unreachable",
        `The daemon did not answer: ${networkReason(error)}.`,
        "Signalbox keeps trying to reconnect.",
      );
    }
    if (text === undefined) return failed("daemon-answer", "The daemon's answer was too large.");
    if (!response.ok) return refusal(response.status, text);
    const parsed = parseJson(answer, text === "" ? "null" : text);
    if (!parsed.ok) return failed("daemon-answer", `The daemon's answer to ${path} cannot be read: ${parsed.reason}.`);
    return ok(parsed.value);
  }
  const anything = schema.unknown();
  const at = (session: string) => `/session/${encodeURIComponent(session)}`;

  return {
    createSession: (request: CreateSessionRequest) => ask("POST", "/session", request, createSessionResponseSchema),
    endSession: (session: string) => ask("DELETE", at(session), undefined, anything),
    over: (session: string) => ask("POST", `${at(session)}/over`, {}, sessionOverSchema),
    sessions: () => ask("GET", "/sessions", undefined, daemonSessionsSchema),
    startSession: (request: StartSessionRequest) => ask("POST", "/session/start", request, startedSessionSchema),
    startTerminal: (session: string, request: StartTerminalRequest) =>
      ask("POST", `${at(session)}/terminal`, request, terminalInfoSchema),
    stopTerminal: (session: string) => ask("POST", `${at(session)}/terminal/stop`, {}, stoppedTerminalSchema),
    type: (session: string, request: TypeRequest) => ask("POST", `${at(session)}/input`, request, anything),
    expose: (session: string, exposures: DaemonExposures) =>
      ask("PUT", `${at(session)}/exposures`, { exposures }, anything),
    settings: () => ask("GET", "/settings", undefined, daemonSettingsSchema),
    /** What that machine says of itself, passed on as it is. */
    read: (path: string) => ask("GET", path, undefined, anything),
    servers: () => ask("GET", "/servers", undefined, serversResponseSchema),
    testServer: (request: { name?: string | undefined; config: unknown }) =>
      ask("POST", "/servers/test", request, serverStatusSchema, TEST_TIMEOUT_MS),
    restartServer: (name: string) => ask("POST", `/servers/${encodeURIComponent(name)}/restart`, {}, anything),
    outcomes: () => ask("GET", "/outbox/outcomes", undefined, outcomesResponseSchema),
    tookOutcome: (id: number) => ask("DELETE", `/outbox/outcomes/${id}`, undefined, anything),
    stop: (force: boolean) => ask("POST", "/stop", { force }, anything),
    /** Opens a stream of events. The caller owns the body, and `signal` ends it. */
    stream: (path: string, headers: Record<string, string>, signal: AbortSignal) =>
      askBy(reach, path, { headers: { accept: "text/event-stream", ...headers }, signal }),
    /** By which the daemon knows this gateway; empty for a foreign one. */
    keyHeaders: auth as Readonly<Record<string, string>>,
    key,
  };
}

/** A daemon's own fault is passed on as it is; a foreign `{error: "…"}` becomes one. */
function refusal(status: number, text: string): Result<never> {
  const ours = parseJson(faultBodySchema, text);
  if (ours.ok) return { ok: false, fault: ours.value.error };
  const theirs = parseJson(schema.object({ error: schema.string() }), text);
  const detail = theirs.ok ? theirs.value.error : `status ${status}`;
  const code = status === 401 ? "daemon-refused" : status === 404 ? "daemon-not-found" : "daemon-error";
  return failed(code, `The daemon refused: ${detail}.`);
}
