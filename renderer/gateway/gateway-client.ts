/** Owns the page's HTTP requests to the gateway, on its own origin: one function a route, answers checked, failures as faults. */
import type { Scope } from "../../shared/protocol/access.ts";
import { type AgentTemplates, agentTemplatesSchema } from "../../shared/protocol/agent-templates.ts";
import {
  type ServerConfig,
  type ServersFile,
  serverStatusSchema,
  serversFileSchema,
} from "../../shared/protocol/daemon-api.ts";
import { type DaemonSettings, daemonSettingsSchema } from "../../shared/protocol/daemon-settings.ts";
import { failed, faultBodySchema, ok, type Result } from "../../shared/protocol/fault.ts";
import {
  agentsResponseSchema,
  createdSessionSchema,
  devicesResponseSchema,
  doctorReportSchema,
  eventsResponseSchema,
  foldersResponseSchema,
  type HistoryLimits,
  historyLimitsSchema,
  type NewSession,
  pairingResponseSchema,
  searchResponseSchema,
  turnsResponseSchema,
} from "../../shared/protocol/gateway-api.ts";
import { outboxResponseSchema } from "../../shared/protocol/outbox-api.ts";
import { check, z } from "../../shared/protocol/schema.ts";
import { type ToolSettings, toolSettingsSchema } from "../../shared/protocol/tool-settings.ts";
import { type CallPage, readCallPage } from "./read-call-page.ts";

const nothing = z.unknown();

export type GatewayClient = ReturnType<typeof createGatewayClient>;

/** Every function gives the gateway's own fault, or `gateway-unreachable`, or `unexpected-answer`; 401 is told to `onUnauthorized` too. */
export function createGatewayClient(token: string, onUnauthorized: () => void) {
  async function raw(method: string, path: string, body?: unknown, keepalive = false): Promise<Result<Response>> {
    const headers: Record<string, string> = { Authorization: `Bearer ${token}` };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    try {
      const response = await fetch(path, {
        method,
        headers,
        keepalive,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      if (response.status === 401) onUnauthorized();
      return response.ok ? ok(response) : await refusal(response);
    } catch {
      return failed("gateway-unreachable", "Signalbox's gateway didn't answer.", "Nothing was changed. Try again.");
    }
  }

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
    agents: () => request(agentsResponseSchema, "GET", "/api/v1/agents"),
    agentTemplates: () => request(agentTemplatesSchema, "GET", "/api/v1/agent-templates"),
    saveAgentTemplates: (body: AgentTemplates) => request(nothing, "PUT", "/api/v1/agent-templates", body),
    folders: (path: string) =>
      request(foldersResponseSchema, "GET", `/api/v1/folders?path=${encodeURIComponent(path)}`),
    createSession: (body: NewSession) => request(createdSessionSchema, "POST", "/api/v1/sessions", body),
    renameSession: (id: string, label: string) => request(nothing, "PATCH", session(id), { label }),
    deleteSession: (id: string) => request(nothing, "DELETE", session(id)),
    /** For a page that is about to go: the request outlives it, and nobody waits for the answer. */
    deleteSessionAtLast: (id: string) => void raw("DELETE", session(id), undefined, true),
    restartSession: (id: string, resume: boolean) => request(nothing, "POST", `${session(id)}/restart`, { resume }),
    events: (id: string, after: number, limit: number) =>
      request(eventsResponseSchema, "GET", `${session(id)}/events?after=${after}&limit=${limit}`),
    /** The newest calls, or those that began before an entry; undefined when the gateway did not answer. */
    async calls(id: string, before: number | undefined, limit: number): Promise<CallPage | undefined> {
      const place = before === undefined ? "" : `&before=${before}`;
      const answer = await raw("GET", `${session(id)}/calls?limit=${limit}${place}`);
      return answer.ok ? readCallPage(parse(await answer.value.text())) : undefined;
    },
    exportSession: (id: string, format: string) => raw("GET", `${session(id)}/export?format=${format}`),
    turns: (id: string) => request(turnsResponseSchema, "GET", `${session(id)}/turns`),
    retryDaemon: () => request(nothing, "POST", "/api/v1/daemon/retry", {}),
    startDaemon: () => request(nothing, "POST", "/api/v1/daemon/start", {}),
    devices: () => request(devicesResponseSchema, "GET", "/api/v1/devices"),
    changeDevice: (id: string, change: { name?: string; scope?: Scope }) =>
      request(nothing, "PATCH", `/api/v1/devices/${encodeURIComponent(id)}`, change),
    revokeDevice: (id: string) => request(nothing, "DELETE", `/api/v1/devices/${encodeURIComponent(id)}`),
    makePairingCode: (scope: Scope) => request(pairingResponseSchema, "POST", "/api/v1/pairing", { scope }),
    search: (query: string) =>
      request(searchResponseSchema, "GET", `/api/v1/search?q=${encodeURIComponent(query)}&limit=20`),
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
    retryDelivery: (id: number) => request(nothing, "POST", `/api/v1/outbox/${id}/retry`, {}),
    discardDelivery: (id: number) => request(nothing, "DELETE", `/api/v1/outbox/${id}`),
    historyLimits: () => request(historyLimitsSchema, "GET", "/api/v1/history-limits"),
    saveHistoryLimits: (limits: HistoryLimits) => request(nothing, "PUT", "/api/v1/history-limits", limits),
    doctor: () => request(doctorReportSchema, "GET", "/api/v1/doctor"),
    saveServers: (body: ServersFile) => request(nothing, "PUT", "/api/v1/servers", body),
    testServer: (name: string, config: ServerConfig) =>
      request(serverStatusSchema, "POST", "/api/v1/servers/test", { name, config }),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function refusal(response: Response): Promise<Result<never>> {
  const body = check(faultBodySchema, parse(await response.text()));
  if (body.ok) return { ok: false, fault: body.value.error };
  return failed("unexpected-answer", `The gateway answered ${response.status}.`);
}
