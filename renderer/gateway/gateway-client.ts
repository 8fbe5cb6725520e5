/** The page's HTTP requests to the gateway, on its own origin: one function a route, answers checked, failures as faults. */
import type { FilePlace } from "../../shared/links/editor-address.ts";
import type { Scope } from "../../shared/protocol/access.ts";
import { type AgentTemplates, agentTemplatesSchema } from "../../shared/protocol/agent-templates.ts";
import {
  clientTokensSchema,
  createdClientTokenSchema,
  type NewClientToken,
} from "../../shared/protocol/client-tools.ts";
import {
  type ServersFile,
  serverStatusSchema,
  serversFileSchema,
  stoppedTerminalSchema,
} from "../../shared/protocol/daemon-api.ts";
import { type DaemonSettings, daemonSettingsSchema } from "../../shared/protocol/daemon-settings.ts";
import { type Fault, failed, faultBodySchema, ok, type Result } from "../../shared/protocol/fault.ts";
import {
  agentsResponseSchema,
  callTotalsSchema,
  createdSessionSchema,
  devicesResponseSchema,
  doctorReportSchema,
  eventsResponseSchema,
  foldersResponseSchema,
  type HistoryLimits,
  handedFileSchema,
  historyLimitsSchema,
  type NewSession,
  pairingResponseSchema,
  searchResponseSchema,
  turnsResponseSchema,
  waitingCodesSchema,
} from "../../shared/protocol/gateway-api.ts";
import { answerProblemsSchema, type InboxAnswer, inboxResponseSchema } from "../../shared/protocol/inbox-api.ts";
import { outboxResponseSchema } from "../../shared/protocol/outbox-api.ts";
import {
  type Exposure,
  grantResponseSchema,
  previewCheckSchema,
  previewsResponseSchema,
  previewViewSchema,
  shareResponseSchema,
  sharesResponseSchema,
} from "../../shared/protocol/preview-api.ts";
import { check, z } from "../../shared/protocol/schema.ts";
import { pathsResponseSchema } from "../../shared/protocol/terminal-paths.ts";
import { type ToolSettings, toolSettingsSchema } from "../../shared/protocol/tool-settings.ts";
import { parseExact } from "../../shared/text/exact-json.ts";
import type { GatewayGate } from "./gateway-gate.ts";
import { type CallPage, readCallPage } from "./read-call-page.ts";
import { sendFile } from "./send-file.ts";
import { withWindowHint } from "./window-hints.ts";

const nothing = z.unknown();

export type GatewayClient = ReturnType<typeof createGatewayClient>;

/**
 * Every function gives the gateway's own fault, or one of the gate's, or `unexpected-answer`; that this page's token is not
 * known is told to `onUnauthorized` too: by the gateway, or (`proven` is false) by what could not prove to be it.
 */
export function createGatewayClient(gate: GatewayGate, onUnauthorized: (proven: boolean) => void) {
  async function raw(
    method: string,
    path: string,
    body?: unknown,
    keepalive = false,
  ): Promise<{ ok: true; value: Response } | Refusal> {
    // Without waiting where that is possible: a page that is about to go has no time for an answer.
    let token = gate.tokenNow();
    if (token === undefined) {
      const passed = await gate.token();
      if (!passed.ok) {
        if (passed.fault.code === "unknown-device") onUnauthorized(false);
        return passed;
      }
      token = passed.value;
    }
    const headers: Record<string, string> = { Authorization: `Bearer ${token}` };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    try {
      const response = await fetch(path, {
        method,
        headers,
        keepalive,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      // 429 answers none but wrong tokens.
      if (response.status === 401 || response.status === 429) onUnauthorized(true);
      return response.ok ? ok(response) : await refusal(response);
    } catch {
      gate.lost();
      return failed("gateway-unreachable", "Signalbox's gateway didn't answer.", "Nothing was changed. Try again.");
    }
  }

  const at = (machine: string | undefined, mark = "?") =>
    machine === undefined ? "" : `${mark}machine=${encodeURIComponent(machine)}`;

  async function request<T>(schema: z.ZodType<T>, method: string, path: string, body?: unknown): Promise<Result<T>> {
    const answer = await raw(method, path, body);
    if (!answer.ok) return answer;
    const text = await answer.value.text();
    const checked = check(schema, text === "" ? undefined : parse(text));
    return checked.ok
      ? ok(checked.value)
      : failed("unexpected-answer", `The gateway's answer wasn't understood: ${checked.reason}.`);
  }

  const session = (id: string) => `/api/v1/sessions/${encodeURIComponent(id)}`;
  const toolSettings = (id: string | undefined) => `${id === undefined ? "/api/v1" : session(id)}/tool-settings`;

  return {
    /** `machine`: what can be started there; this one where it is absent. */
    agents: (machine?: string) => request(agentsResponseSchema, "GET", `/api/v1/agents${at(machine)}`),
    agentTemplates: () => request(agentTemplatesSchema, "GET", "/api/v1/agent-templates"),
    saveAgentTemplates: (body: AgentTemplates) => request(nothing, "PUT", "/api/v1/agent-templates", body),
    folders: (path: string, machine?: string) =>
      request(foldersResponseSchema, "GET", `/api/v1/folders?path=${encodeURIComponent(path)}${at(machine, "&")}`),
    createSession: (body: NewSession) => request(createdSessionSchema, "POST", "/api/v1/sessions", body),
    renameSession: (id: string, label: string) => request(nothing, "PATCH", session(id), { label }),
    deleteSession: (id: string) => request(nothing, "DELETE", session(id)),
    /** For a page that is about to go: the request outlives it, and nobody waits for the answer. */
    deleteSessionAtLast: (id: string) => void raw("DELETE", session(id), undefined, true),
    /** `words`: another command line from now on. */
    restartSession: (id: string, how: { resume?: boolean; words?: string[] }) =>
      request(nothing, "POST", `${session(id)}/restart`, how),
    totals: (id: string) => request(callTotalsSchema, "GET", `${session(id)}/totals`),
    stopSession: (id: string) => request(stoppedTerminalSchema, "POST", `${session(id)}/stop`, {}),
    /** Which of these exist, of at most `MAX_PATHS`, as they stand in the session's terminal. */
    paths: (id: string, paths: readonly string[]) =>
      request(pathsResponseSchema, "POST", `${session(id)}/paths`, { paths }),
    /** Opens a file in the person's own editor, in a session of its own. */
    edit: (id: string, place: FilePlace) => request(createdSessionSchema, "POST", `${session(id)}/edit`, place),
    /** Hands a file to the session's program. `onProgress` gets the share that is sent. */
    async handFile(id: string, file: File, onProgress: (share: number) => void, signal: AbortSignal) {
      const token = await gate.token();
      if (!token.ok) return token;
      const path = `${session(id)}/files?name=${encodeURIComponent(file.name.slice(-200))}`;
      const sent = await sendFile(path, file, token.value, onProgress, signal);
      if (sent === undefined) {
        return signal.aborted
          ? failed("cancelled", "Cancelled.")
          : failed("gateway-unreachable", "The file did not arrive: the connection broke off.", "Try again.");
      }
      const body = parse(sent.text);
      if (sent.status !== 201) {
        const refused = check(faultBodySchema, body);
        return refused.ok
          ? { ok: false as const, fault: refused.value.error }
          : failed("unexpected-answer", `The gateway answered with status ${sent.status}.`);
      }
      const kept = check(handedFileSchema, body);
      return kept.ok ? ok(kept.value) : failed("unexpected-answer", "The gateway's answer wasn't understood.");
    },
    stopCall: (id: string, call: string) =>
      request(nothing, "POST", `${session(id)}/calls/${encodeURIComponent(call)}/stop`, {}),
    events: (id: string, after: number, limit: number) =>
      request(eventsResponseSchema, "GET", `${session(id)}/events?after=${after}&limit=${limit}`),
    /** The newest calls, or those that began before an entry; undefined when the gateway did not answer. */
    async calls(id: string, before: number | undefined, limit: number): Promise<CallPage | undefined> {
      const place = before === undefined ? "" : `&before=${before}`;
      const answer = await raw("GET", `${session(id)}/calls?limit=${limit}${place}`);
      return answer.ok ? readCallPage(parse(await answer.value.text())) : undefined;
    },
    exportSession: (id: string, format: string) => raw("GET", `${session(id)}/export?format=${format}`),
    /** A large part of a result, as it was. */
    part: (id: string, name: string) => raw("GET", `${session(id)}/parts/${encodeURIComponent(name)}`),
    turns: (id: string) => request(turnsResponseSchema, "GET", `${session(id)}/turns`),
    previews: (id: string) => request(previewsResponseSchema, "GET", `${session(id)}/previews`),
    exposePort: (id: string, exposure: Exposure) =>
      request(previewViewSchema, "POST", `${session(id)}/previews`, exposure),
    withdrawPort: (id: string, port: number) => request(nothing, "DELETE", `${session(id)}/previews/${port}`),
    /** An address that lets this browser into the preview, once. `path` begins with a slash. */
    grantPreview: (id: string, port: number, path: string) =>
      request(grantResponseSchema, "POST", `${session(id)}/previews/${port}/grant`, { path }),
    checkPreview: (id: string, port: number, path: string) =>
      request(previewCheckSchema, "GET", `${session(id)}/previews/${port}/check?path=${encodeURIComponent(path)}`),
    previewShares: (id: string, port: number) =>
      request(sharesResponseSchema, "GET", `${session(id)}/previews/${port}/shares`),
    sharePreview: (id: string, port: number, body: { minutes: number; pin: boolean; label?: string }) =>
      request(shareResponseSchema, "POST", `${session(id)}/previews/${port}/shares`, body),
    endShare: (id: string, port: number, share: string) =>
      request(nothing, "DELETE", `${session(id)}/previews/${port}/shares/${encodeURIComponent(share)}`),
    retryDaemon: () => request(nothing, "POST", "/api/v1/daemon/retry", {}),
    startDaemon: () => request(nothing, "POST", "/api/v1/daemon/start", {}),
    devices: () => request(devicesResponseSchema, "GET", "/api/v1/devices"),
    changeDevice: (id: string, change: { name?: string; scope?: Scope }) =>
      request(nothing, "PATCH", `/api/v1/devices/${encodeURIComponent(id)}`, change),
    revokeDevice: (id: string) => request(nothing, "DELETE", `/api/v1/devices/${encodeURIComponent(id)}`),
    makePairingCode: (scope: Scope, digits: boolean) =>
      request(pairingResponseSchema, "POST", "/api/v1/pairing", { scope, digits }),
    waitingCodes: () => request(waitingCodesSchema, "GET", "/api/v1/pairing"),
    cancelCode: (id: string) => request(nothing, "DELETE", `/api/v1/pairing/${encodeURIComponent(id)}`),
    search: (query: string, { session, limit = 20 }: { session?: string; limit?: number } = {}) =>
      request(
        searchResponseSchema,
        "GET",
        `/api/v1/search?q=${encodeURIComponent(query)}&limit=${limit}${session === undefined ? "" : `&session=${encodeURIComponent(session)}`}`,
      ),
    /** Refused as `sessions-running` while programs run in it, unless `force` ends them. */
    restartDaemon: (force: boolean) => request(nothing, "POST", "/api/v1/daemon/restart", { force }),
    servers: () => request(serversFileSchema, "GET", "/api/v1/servers"),
    toolSettings: (id?: string) => request(toolSettingsSchema, "GET", toolSettings(id)),
    saveToolSettings: (settings: ToolSettings, id?: string) => request(nothing, "PUT", toolSettings(id), settings),
    serverLog: (name: string) =>
      request(z.object({ text: z.string() }), "GET", `/api/v1/servers/${encodeURIComponent(name)}/log`),
    signIn: (name: string) =>
      request(
        z.object({ url: z.string().nullable() }),
        "POST",
        `/api/v1/servers/${encodeURIComponent(name)}/sign-in`,
        {},
      ),
    restartServer: (name: string) =>
      request(nothing, "POST", `/api/v1/servers/${encodeURIComponent(name)}/restart`, {}),
    /** Takes what a server says of its tools now as what a person has looked at. */
    acceptTools: (name: string) => request(nothing, "POST", `/api/v1/servers/${encodeURIComponent(name)}/accept`, {}),
    secrets: () => request(z.object({ names: z.array(z.string()) }), "GET", "/api/v1/secrets"),
    saveSecret: (name: string, value: string) =>
      request(nothing, "PUT", `/api/v1/secrets/${encodeURIComponent(name)}`, { value }),
    removeSecret: (name: string) => request(nothing, "DELETE", `/api/v1/secrets/${encodeURIComponent(name)}`),
    daemonSettings: () => request(daemonSettingsSchema, "GET", "/api/v1/daemon/settings"),
    saveDaemonSettings: (settings: DaemonSettings) => request(nothing, "PUT", "/api/v1/daemon/settings", settings),
    outbox: () => request(outboxResponseSchema, "GET", "/api/v1/outbox"),
    /** `machine`: where another one keeps it. */
    retryDelivery: (id: number, machine?: string) =>
      request(nothing, "POST", `/api/v1/outbox/${id}/retry${at(machine)}`, {}),
    discardDelivery: (id: number, machine?: string) => request(nothing, "DELETE", `/api/v1/outbox/${id}${at(machine)}`),
    clientTokens: () => request(clientTokensSchema, "GET", "/api/v1/client-tokens"),
    makeClientToken: (body: NewClientToken) => request(createdClientTokenSchema, "POST", "/api/v1/client-tokens", body),
    renameClientToken: (id: string, name: string) =>
      request(nothing, "PATCH", `/api/v1/client-tokens/${encodeURIComponent(id)}`, { name }),
    revokeClientToken: (id: string) => request(nothing, "DELETE", `/api/v1/client-tokens/${encodeURIComponent(id)}`),
    inbox: () => request(inboxResponseSchema, "GET", "/api/v1/inbox"),
    /** `fields` say what is wrong with a form that was filled in. */
    async answerInbox(
      id: string,
      answer: InboxAnswer,
    ): Promise<{ ok: true } | { ok: false; fault: Fault; fields?: Record<string, string> | undefined }> {
      const done = await raw("POST", `/api/v1/inbox/${encodeURIComponent(id)}/answer`, answer);
      return done.ok ? { ok: true } : done;
    },
    historyLimits: () => request(historyLimitsSchema, "GET", "/api/v1/history-limits"),
    saveHistoryLimits: (limits: HistoryLimits) => request(nothing, "PUT", "/api/v1/history-limits", limits),
    doctor: () => request(doctorReportSchema, "GET", "/api/v1/doctor"),
    saveServers: (body: ServersFile) => request(nothing, "PUT", "/api/v1/servers", body),
    testServer: (name: string, config: unknown) =>
      request(serverStatusSchema, "POST", "/api/v1/servers/test", { name, config }),
  };
}

function parse(text: string): unknown {
  try {
    return parseExact(text);
  } catch {
    return undefined;
  }
}

type Refusal = { ok: false; fault: Fault; fields?: Record<string, string> | undefined };

async function refusal(response: Response): Promise<Refusal> {
  const body = check(faultBodySchema.extend(answerProblemsSchema.shape), parse(await response.text()));
  if (body.ok) return { ok: false, fault: withWindowHint(body.value.error), fields: body.value.fields };
  return failed("unexpected-answer", `The gateway answered ${response.status}.`);
}
