/** `/mcp`: HTTP in front of the MCP sessions (MCP 2025-11-25, Streamable HTTP), and of agents that have none (MCP 2026-07-28). */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { fault } from "../../../shared/protocol/fault.ts";
import { oneLine } from "../../../shared/text/visible.ts";
import { bearerOf } from "../../wire/bearer.ts";
import { readBody } from "../endpoint/read-body.ts";
import type { CallStart } from "../progress/call-recorder.ts";
import type { Refusal } from "../progress/refused-calls.ts";
import { errorOf, isRequest, RPC, type RpcError, type RpcId, type RpcMessage } from "../rpc/message.ts";
import type { Session } from "../sessions/session-registry.ts";
import { isKnownRevision } from "../upstream/connection/handshake.ts";
import type { AgentSession } from "./agent-session.ts";
import { type AgentSessions, MAX_PER_BEARER } from "./agent-sessions.ts";
import { type Classified, classifyPost, namesModern } from "./modern/classify-post.ts";
import { serveModern } from "./modern/serve-modern.ts";
import { readPost } from "./read-post.ts";
import { callsIn, malformed } from "./refused-call.ts";

/** The same for a token that is wrong and for a session that is not there. */
const TOKEN_HINT =
  "Send `Authorization: Bearer …` with what POST /session answered; in a session's terminal that is $SIGNALBOX_MCP_TOKEN.";
const TOO_MANY = `Too many MCP sessions: all ${MAX_PER_BEARER} of this token run a call or have a reader. End one (DELETE), or close its stream.`;
/** What an agent may send in one POST. */
const MAX_POST_BYTES = 8 * 1024 * 1024;

/** Requests that one MCP session may have open at once. */
const MAX_OPEN_REQUESTS = 1_000;

export type McpEndpoint = (request: IncomingMessage, response: ServerResponse) => void;

/** Host and Origin have been checked before. */
export function createMcpEndpoint(agents: AgentSessions, onProven: (socket: Socket) => void = () => {}): McpEndpoint {
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
    const tooLarge = "The message is larger than 8 MiB";
    const text = await readBody(request, MAX_POST_BYTES, (beginning) =>
      record(session, callsIn(beginning, undefined), { code: "refused-too-large", message: `${tooLarge}.` }),
    );
    if (text === undefined) return refuse(response, 413, RPC.upstream, tooLarge, undefined, true);
    const body = readPost(text);
    if (!body.ok) {
      record(session, callsIn(text, body.value), malformed(`${body.error.error.message}.`));
      await settleUnread(session, request, body.answers);
      return answer(response, body.status, body.error);
    }
    const { messages } = body;
    const era = classifyPost(request.headers, messages, body.batch);
    if (era.era === "modern") {
      const refusal = takeModern(session, era, messages, response);
      if (refusal !== undefined) record(session, callsIn(text, messages), malformed(`${refusal}.`));
      return;
    }
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
      if (begun.value === undefined) return refuse(response, 503, RPC.internal, TOO_MANY, first.id);
      begun.value.streams.open(response, [first.id]);
      return begun.value.begin();
    }
    const calls = () => callsIn(text, messages);
    // A session that is over is begun again by its client, which then repeats the call: 404 is no refusal of it.
    const agent = await resolve(session, request, response, first?.id, (message) =>
      record(session, calls(), malformed(message)),
    );
    if (agent === undefined) return;
    if (body.batch && agent.protocolVersion !== "2025-03-26") {
      const message = "Batches are not part of this protocol revision";
      record(session, calls(), malformed(`${message}.`));
      return refuse(response, 400, RPC.invalidRequest, message);
    }
    const refusal = take(agent, messages, response);
    if (refusal !== undefined) record(session, calls(), refusal);
  };

  /** A request of the stateless revision. Gives why it was not taken, after an answer. */
  const takeModern = (
    session: Session,
    post: Extract<Classified, { era: "modern" }>,
    messages: readonly RpcMessage[],
    response: ServerResponse,
  ): string | undefined => {
    if ("notification" in post) {
      response.writeHead(202).end();
      return undefined;
    }
    if ("code" in post) {
      const id = messages.find(isRequest)?.id;
      answer(response, post.status, errorOf(id, post.code, post.message, post.data));
      return post.message;
    }
    const { request, client } = post;
    const agent = agents.modern(session, client);
    if (agent === undefined || agent.open >= MAX_OPEN_REQUESTS) {
      const message = agent === undefined ? TOO_MANY : "Too many requests are open in this session";
      refuse(response, 503, RPC.internal, message, request.id);
      return message;
    }
    serveModern(agent, request, client, response);
    return undefined;
  };

  /** A server whose question was answered with something else is told so: the agent will not answer it again. */
  const settleUnread = async (session: Session, request: IncomingMessage, ids: readonly RpcId[]) => {
    const header = request.headers["mcp-session-id"];
    if (ids.length === 0 || typeof header !== "string" || header === "") return;
    // A store that fails says so at the next request.
    const agent = await agents.find(session, header).catch(() => undefined);
    for (const id of ids) agent?.receive(errorOf(id, RPC.invalidRequest, "The agent's answer cannot be read as MCP"));
  };

  /** Gives why it did not take them, after an answer. */
  const take = (agent: AgentSession, messages: RpcMessage[], response: ServerResponse): Refusal | undefined => {
    const ids = messages.filter(isRequest).map((message) => message.id);
    if (ids.length > 0) {
      const repeated = ids.find((id, index) => agent.streams.waits(id) || ids.indexOf(id) !== index);
      if (repeated !== undefined) {
        const message = "A request with this id is still open";
        refuse(response, 400, RPC.invalidRequest, message, repeated);
        return malformed(`${message}.`);
      }
      if (agent.open + ids.length > MAX_OPEN_REQUESTS) {
        const message = "Too many requests are open in this session";
        refuse(response, 503, RPC.internal, message, ids[0]);
        return { code: "refused-too-many", message: `${message}: ${MAX_OPEN_REQUESTS}.` };
      }
      agent.streams.open(response, ids);
    }
    for (const message of messages) agent.receive(message);
    if (ids.length === 0) response.writeHead(202).end();
    return undefined;
  };

  const get = async (session: Session, request: IncomingMessage, response: ServerResponse) => {
    if (!accepts(request.headers.accept ?? "", "text/event-stream")) {
      return refuse(response, 406, RPC.upstream, "Not acceptable: Accept must list text/event-stream");
    }
    const agent = await resolve(session, request, response);
    if (agent === undefined) return;
    const last = request.headers["last-event-id"];
    agent.wake();
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

  const record = (session: Session, calls: CallStart[], why: Refusal) => {
    for (const call of calls) session.calls.refuse(call, why);
  };

  /** The MCP session that the headers name, or undefined after an answer: 400 without a header, 404 for what is not this bearer's. */
  const resolve = async (
    session: Session,
    request: IncomingMessage,
    response: ServerResponse,
    id?: RpcId,
    onBad: (message: string) => void = () => {},
  ) => {
    const header = request.headers["mcp-session-id"];
    if (typeof header !== "string" || header === "") {
      onBad("The request names no MCP session (Mcp-Session-Id).");
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
      onBad(`The request is of an unknown protocol version, ${oneLine(version, 40)}.`);
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
      if (session !== undefined) {
        proven.set(request.socket, { authorization, session });
        onProven(request.socket);
      }
    }
    if (session === undefined) {
      const error = { error: fault("unauthorized", "A session's token is needed.", TOKEN_HINT) };
      response.writeHead(401, { "content-type": "application/json", "www-authenticate": "Bearer" });
      response.end(JSON.stringify(error));
      return;
    }
    if (request.method === "POST") await post(session, request, response);
    else if (namesModern(request.headers)) {
      response.setHeader("allow", "POST");
      refuse(response, 405, RPC.upstream, "Method not allowed: this revision has no GET and no DELETE");
    } else if (request.method === "GET") await get(session, request, response);
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
