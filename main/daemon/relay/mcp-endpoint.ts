/** Owns `/mcp`: HTTP in front of the MCP sessions (MCP 2025-11-25, Streamable HTTP). */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { fault } from "../../../shared/protocol/fault.ts";
import { bearerOf } from "../endpoint/bearer.ts";
import { readBody } from "../endpoint/read-body.ts";
import { errorOf, isRequest, RPC, type RpcError, type RpcId, type RpcMessage } from "../rpc/message.ts";
import type { Session } from "../sessions/session-registry.ts";
import { isKnownRevision } from "../upstream/handshake.ts";
import type { AgentSession } from "./agent-session.ts";
import type { AgentSessions } from "./agent-sessions.ts";
import { readPost } from "./read-post.ts";

/** The same for a token that is wrong and for a session that is not there. */
const TOKEN_HINT =
  "Send `Authorization: Bearer …` with what POST /session answered; in a session's terminal that is $SIGNALBOX_MCP_TOKEN.";
/** What an agent may send in one POST. */
const MAX_POST_BYTES = 8 * 1024 * 1024;

/** Requests that one MCP session may have open at once. */
const MAX_OPEN_REQUESTS = 1_000;

export type McpEndpoint = (request: IncomingMessage, response: ServerResponse) => void;

/** Host and Origin have been checked before. */
export function createMcpEndpoint(agents: AgentSessions): McpEndpoint {
  /** What each connection has shown before and was right, so that it is hashed once. Nobody else is compared with it. */
  const proven = new WeakMap<Socket, { authorization: string; session: Session }>();
  const post = async (session: Session, request: IncomingMessage, response: ServerResponse) => {
    const accept = request.headers.accept ?? "";
    if (!accepts(accept, "application/json") || !accepts(accept, "text/event-stream")) {
      return refuse(
        response,
        406,
        RPC.upstream,
        "Not acceptable: Accept must list application/json and text/event-stream",
      );
    }
    if (!/^application\/json\s*(;|$)/i.test(request.headers["content-type"] ?? "")) {
      return refuse(response, 415, RPC.upstream, "Unsupported media type: Content-Type must be application/json");
    }
    const text = await readBody(request, MAX_POST_BYTES);
    if (text === undefined)
      return refuse(response, 413, RPC.upstream, "The message is larger than 8 MiB", undefined, true);
    const body = readPost(text);
    if (!body.ok) return answer(response, body.status, body.error);
    const { messages } = body;
    const requests = messages.filter(isRequest);
    const first = requests[0];
    if (requests.some((message) => message.method === "initialize")) {
      if (messages.length > 1 || first === undefined) {
        return refuse(response, 400, RPC.invalidRequest, "initialize must come alone");
      }
      if (request.headers["mcp-session-id"] !== undefined) {
        return refuse(response, 400, RPC.invalidRequest, "This session is already initialised", first.id);
      }
      const begun = await stored(agents.begin(session, first), response, first.id);
      if (!begun.ok) return;
      if (begun.value === undefined) return refuse(response, 503, RPC.internal, "Too many MCP sessions", first.id);
      begun.value.streams.open(response, [first.id]);
      return begun.value.begin();
    }
    const agent = await resolve(session, request, response, first?.id);
    if (agent === undefined) return;
    if (body.batch && agent.protocolVersion !== "2025-03-26") {
      return refuse(response, 400, RPC.invalidRequest, "Batches are not part of this protocol revision");
    }
    take(agent, messages, response);
  };

  const take = (agent: AgentSession, messages: RpcMessage[], response: ServerResponse) => {
    const ids = messages.filter(isRequest).map((message) => message.id);
    if (ids.length > 0) {
      const repeated = ids.find((id, index) => agent.streams.waits(id) || ids.indexOf(id) !== index);
      if (repeated !== undefined) {
        return refuse(response, 400, RPC.invalidRequest, "A request with this id is still open", repeated);
      }
      if (agent.open + ids.length > MAX_OPEN_REQUESTS) {
        return refuse(response, 503, RPC.internal, "Too many requests are open in this session", ids[0]);
      }
      agent.streams.open(response, ids);
    }
    for (const message of messages) agent.receive(message);
    if (ids.length === 0) response.writeHead(202).end();
  };

  const get = async (session: Session, request: IncomingMessage, response: ServerResponse) => {
    if (!accepts(request.headers.accept ?? "", "text/event-stream")) {
      return refuse(response, 406, RPC.upstream, "Not acceptable: Accept must list text/event-stream");
    }
    const agent = await resolve(session, request, response);
    if (agent === undefined) return;
    const last = request.headers["last-event-id"];
    if (typeof last !== "string" || last === "") return agent.streams.openStandalone(response);
    if (!agent.streams.resume(response, last)) {
      refuse(response, 404, RPC.invalidRequest, "This event is not known: the stream cannot be resumed from it");
    }
  };

  const end = async (session: Session, request: IncomingMessage, response: ServerResponse) => {
    const agent = await resolve(session, request, response);
    if (agent === undefined) return;
    response.writeHead(200).end();
    agents.leave(agent.id);
  };

  /** The MCP session that the headers name, or undefined after an answer: 400 without a header, 404 for what is not this bearer's. */
  const resolve = async (session: Session, request: IncomingMessage, response: ServerResponse, id?: RpcId) => {
    const header = request.headers["mcp-session-id"];
    if (typeof header !== "string" || header === "") {
      refuse(response, 400, RPC.upstream, "Bad request: Mcp-Session-Id is required", id);
      return undefined;
    }
    const found = await stored(agents.find(session, header), response, id);
    if (!found.ok) return undefined;
    const agent = found.value;
    if (agent === undefined) {
      refuse(response, 404, RPC.sessionNotFound, "Session not found", id);
      return undefined;
    }
    const version = request.headers["mcp-protocol-version"];
    if (typeof version === "string" && !isKnownRevision(version)) {
      refuse(response, 400, RPC.upstream, `Bad request: unsupported protocol version ${version}`, id);
      return undefined;
    }
    return agent;
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { authorization = "" } = request.headers;
    const before = proven.get(request.socket);
    let session = before?.authorization === authorization ? before.session : undefined;
    if (session === undefined || !agents.isOpen(session)) {
      const token = bearerOf(authorization);
      const owner = token === undefined ? undefined : await stored(agents.owner(token), response);
      if (owner?.ok === false) return;
      session = owner?.value;
      if (session !== undefined) proven.set(request.socket, { authorization, session });
    }
    if (session === undefined) {
      const error = { error: fault("unauthorized", "A session's token is needed.", TOKEN_HINT) };
      response.writeHead(401, { "content-type": "application/json", "www-authenticate": "Bearer" });
      response.end(JSON.stringify(error));
      return;
    }
    if (request.method === "POST") await post(session, request, response);
    else if (request.method === "GET") await get(session, request, response);
    else if (request.method === "DELETE") await end(session, request, response);
    else {
      response.setHeader("allow", "GET, POST, DELETE");
      refuse(response, 405, RPC.upstream, "Method not allowed");
    }
  };
  return (request, response) => void serve(request, response);
}

/** What the store gives, or an answer with 503: a failing store must not look like an unknown session. */
async function stored<T>(
  asked: Promise<T>,
  response: ServerResponse,
  id?: RpcId,
): Promise<{ ok: true; value: T } | { ok: false }> {
  try {
    return { ok: true, value: await asked };
  } catch {
    refuse(response, 503, RPC.internal, "The store of sessions does not answer; try again", id);
    return { ok: false };
  }
}

/** What nearly every client sends. */
const USUAL_ACCEPT = "application/json, text/event-stream";

function accepts(header: string, type: string): boolean {
  if (header === USUAL_ACCEPT) return true;
  const wild = `${type.split("/")[0]}/*`;
  return header.split(",").some((part) => [type, wild, "*/*"].includes(part.split(";")[0]?.trim().toLowerCase() ?? ""));
}

function refuse(
  response: ServerResponse,
  status: number,
  code: number,
  message: string,
  id?: RpcId,
  close = false,
): void {
  if (close) response.setHeader("connection", "close");
  answer(response, status, errorOf(id, code, message));
}

function answer(response: ServerResponse, status: number, error: RpcError): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(error));
}
