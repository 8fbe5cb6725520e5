/** The route by which an agent reports what its own tools do: whoever holds the session's token speaks for its agent. */
import type { Hono } from "hono";
import { fault } from "../../../shared/protocol/fault.ts";
import { parseJson, z } from "../../../shared/protocol/schema.ts";
import { type AgentReports, isReporter } from "../agent-reports/create-agent-reports.ts";
import type { AgentApprovals } from "../inbox/agent-approvals.ts";
import type { SessionRegistry } from "../sessions/session-registry.ts";
import { readBody } from "./read-body.ts";
import { bearer, type Env, refuse, unauthorized } from "./route-kit.ts";

/** Of a file that is edited, Claude Code reports the whole text, twice. */
const MAX_REPORT_BYTES = 16 * 1024 * 1024;

export interface AgentReportContext {
  registry: SessionRegistry;
  reports: Pick<AgentReports, "take">;
  approvals: AgentApprovals;
}

/** Arguments of a tool; a file that is written is among them. */
const MAX_REQUEST_BYTES = 4 * 1024 * 1024;

export function addAgentReportRoute(app: Hono<Env>, { registry, reports, approvals }: AgentReportContext): void {
  app.post("/session/:id/permission", async (c) => {
    const token = bearer(c);
    const session = token === undefined ? undefined : registry.byToken(token);
    if (session === undefined || session.id !== c.req.param("id")) return unauthorized(c);
    const text = await readBody(c.env.incoming, MAX_REQUEST_BYTES);
    if (text === undefined) return refuse(c, 413, fault("body-too-large", "The request is larger than 4 MiB."));
    const value = parseJson(z.unknown(), text);
    if (!value.ok) return refuse(c, 400, fault("bad-request", "The request is no JSON."));
    const left = new AbortController();
    c.env.outgoing.once("close", () => left.abort());
    const asks = c.req.query("from") === "opencode" ? approvals.opencode : approvals.claude;
    const answer = await asks(session, value.value, left.signal);
    return answer === undefined ? c.body(null, 204) : c.json(answer);
  });
  app.post("/session/:id/agent-events", async (c) => {
    const token = bearer(c);
    const session = token === undefined ? undefined : registry.byToken(token);
    if (session === undefined || session.id !== c.req.param("id")) return unauthorized(c);
    const from = c.req.query("from");
    if (!isReporter(from)) return refuse(c, 400, fault("bad-request", "`from` must name an agent that reports."));
    const text = await readBody(c.env.incoming, MAX_REPORT_BYTES);
    if (text === undefined) return refuse(c, 413, fault("body-too-large", "The report is larger than 16 MiB."));
    const value = parseJson(z.unknown(), text);
    if (!value.ok) return refuse(c, 400, fault("bad-request", "The report is no JSON."));
    reports.take(session, from, value.value);
    approvals.heard(session.id, value.value);
    return c.body(null, 204);
  });
}
