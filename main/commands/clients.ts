/** `signalbox client …`: the tokens of programs that execute tools for agents. */
import { readFileSync } from "node:fs";
import {
  type ClientTokenView,
  clientTokensSchema,
  createdClientTokenSchema,
} from "../../shared/protocol/client-tools.ts";
import type { Fault } from "../../shared/protocol/fault.ts";
import { z } from "../../shared/protocol/schema.ts";
import { reasonOf } from "../../shared/text/reason-of.ts";
import { oneLine } from "../../shared/text/visible.ts";
import { homeFolder } from "../home/home-folder.ts";
import { complain, say, sayJson } from "../home/say.ts";
import { askGateway } from "./ask-gateway.ts";

export interface ClientOptions {
  home?: string;
  json?: boolean;
}
export interface NewClientOptions extends ClientOptions {
  origin?: string[];
  session?: string[];
  timeout?: string;
  /** A file with a JSON list of tools, for programs that do not introduce themselves. */
  tools?: string;
}

const PATH = "/api/v1/client-tokens";

/** These give the exit code: 1 when no gateway runs, or it refuses. */
export async function listClients(options: ClientOptions): Promise<number> {
  const ask = await askGateway(homeFolder(options.home));
  if (ask === undefined) return 1;
  const read = await ask(clientTokensSchema, "GET", PATH);
  if (!read.ok) return fail(read.fault);
  const { clients } = read.value;
  if (options.json === true) sayJson({ clients });
  else if (clients.length === 0) say("No program has a token.");
  else say(clients.map(lineOf).join("\n"));
  return 0;
}

export async function addClient(name: string, options: NewClientOptions): Promise<number> {
  const { origin, session, timeout } = options;
  let tools: unknown;
  try {
    tools = options.tools === undefined ? undefined : JSON.parse(readFileSync(options.tools, "utf8"));
  } catch (error) {
    complain(`the tools in ${options.tools} cannot be read: ${reasonOf(error)}`);
    return 1;
  }
  const ask = await askGateway(homeFolder(options.home));
  if (ask === undefined) return 1;
  const made = await ask(createdClientTokenSchema, "POST", PATH, {
    name,
    ...(origin !== undefined && { origins: origin }),
    ...(session !== undefined && { sessions: session }),
    ...(timeout !== undefined && { timeout_seconds: Number(timeout) }),
    ...(tools !== undefined && { tools }),
  });
  if (!made.ok) return fail(made.fault);
  if (options.json === true) sayJson(made.value);
  else say(made.value.token);
  return 0;
}

export async function renameClient(id: string, name: string, options: ClientOptions): Promise<number> {
  return change(id, options, "PATCH", { name });
}

export async function revokeClient(id: string, options: ClientOptions): Promise<number> {
  return change(id, options, "DELETE");
}

async function change(id: string, options: ClientOptions, method: string, body?: unknown): Promise<number> {
  const ask = await askGateway(homeFolder(options.home));
  if (ask === undefined) return 1;
  const done = await ask(z.unknown(), method, `${PATH}/${encodeURIComponent(id)}`, body);
  return done.ok ? 0 : fail(done.fault);
}

function lineOf({ id, name, connected, last_seen_at, tools }: ClientTokenView): string {
  const where = connected ? "connected" : last_seen_at === undefined ? "never connected" : `last seen ${last_seen_at}`;
  const offers = tools.length === 0 ? "" : `  ${oneLine(tools.join(", "), 200)}`;
  return `${id}  ${oneLine(name, 64)}  ${where}${offers}`;
}

function fail({ message, hint }: Fault): number {
  complain(hint === undefined ? message : `${message}\n${hint}`);
  return 1;
}
