/** Owns starting a session: the MCP session first, then the agent's files, then its program in a terminal. */
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { AgentTemplate } from "../../../shared/protocol/agent-templates.ts";
import { failed, ok, type Result } from "../../../shared/protocol/fault.ts";
import type { AgentView, NewSession } from "../../../shared/protocol/gateway-api.ts";
import { AGENTS, planLaunch, writePlanFiles } from "../../agents/agents.ts";
import type { LaunchPlan } from "../../agents/launch-plan.ts";
import { readTemplates } from "../../agents/templates.ts";
import type { HomeFolder } from "../../home/home-folder.ts";
import type { Connected } from "../link/daemon-link.ts";
import { terminalView } from "./live-session.ts";
import type { SessionRecord } from "./session-record.ts";
import { workingFolder } from "./working-folder.ts";

export interface StartContext {
  home: HomeFolder;
  /** Serves the tools: our own daemon, or a foreign one. */
  mcp: Connected;
  /** Our own daemon, which has the terminals. */
  terminals: Connected;
  agents: () => Promise<readonly AgentView[]>;
  now: () => number;
}

/** The usual size before a viewer says its own. */
const COLS = 120;
const ROWS = 34;

/** A session that its daemons already have, as older clients bring it: its id and its token. */
export interface GivenSession {
  id: string;
  token: string;
}

/** A session of our own daemon that is gone, and that the new one goes on. */
export interface FormerSession {
  after: string | undefined;
}

/**
 * Makes the session at its daemons, and its record; its program is not started yet.
 * Faults: those of the folder, the agent and the daemon.
 */
export async function openSession(
  request: Omit<NewSession, "template"> & { template?: string | AgentTemplate | undefined },
  context: StartContext,
  from?: GivenSession | FormerSession,
): Promise<Result<SessionRecord>> {
  const folder = workingFolder(request.cwd, request.agent);
  if (!folder.ok) return folder;
  const cwd = folder.value;
  const found = (await context.agents()).find((agent) => agent.id === request.agent);
  const own = ownAgent(request, context.home);
  if (!own.ok) return own;
  const template = own.value;
  const agent = AGENTS[request.agent];
  const label = request.label?.trim() || (request.agent === "demo" ? "Demo" : basename(cwd) || agent.name);

  // Nothing is created at the daemon for an agent that cannot be started.
  const dry = plan({ ...request, template }, context, { cwd, found, session: "-", token: "" });
  if (!dry.ok) return dry;

  const { own: ours } = context.mcp.found;
  const offer = request.servers === undefined ? {} : { servers: request.servers };
  const goesOn = ours && from !== undefined && "after" in from ? { after: from.after } : {};
  const created =
    from === undefined || "after" in from
      ? await context.mcp.client.createSession({ cwd, label, agent: request.agent, ...offer, ...goesOn })
      : ok({ session_id: from.id, token: from.token });
  if (!created.ok) return created;
  const shadow = ours ? created : await context.terminals.client.createSession({ cwd, label, agent: request.agent });
  if (!shadow.ok) return shadow;

  const mcpId = created.value.session_id;
  if (!PATH_SAFE.test(mcpId)) return failed("daemon-answer", "The daemon gave the session an id that cannot be used.");
  const record: SessionRecord = {
    id: ours && isLinkId(mcpId) ? mcpId : randomUUID(),
    agent: request.agent,
    agent_name: template?.name ?? (request.agent === "custom" ? basename(request.command ?? agent.name) : agent.name),
    label,
    cwd,
    command: dry.value.display,
    created_at: new Date(context.now()).toISOString(),
    request: {
      ...(request.command === undefined ? {} : { command: request.command }),
      ...(request.args === undefined ? {} : { args: request.args }),
      ...(request.env === undefined ? {} : { env: request.env }),
      ...(template === undefined ? {} : { template }),
      ...offer,
    },
    mcp: { own: ours, session_id: mcpId, token: created.value.token },
    terminal_session: shadow.value.session_id,
    terminal: { state: "starting" },
  };
  if (!ours) record.mcp.run = runOf(context.mcp);
  return ok(record);
}

/** Identity of one run of a daemon, which gave out its tokens. */
export const runOf = (daemon: Connected): string => `${daemon.found.health.pid}/${daemon.found.health.started_at}`;

/**
 * Starts the program of a session that exists at its daemons; what went wrong stands in the terminal's state. A program
 * may have ended, and the daemon may have said so, before the answer to its start is here: that news is kept.
 */
export async function startTerminal(
  session: { record: SessionRecord },
  size: Pick<NewSession, "cols" | "rows" | "args">,
  context: StartContext,
): Promise<void> {
  session.record.terminal = { state: "starting" };
  const outcome = await launchTerminal(session.record, size, context);
  if (session.record.terminal.state === "starting") session.record.terminal = outcome;
}

async function launchTerminal(
  record: SessionRecord,
  size: Pick<NewSession, "cols" | "rows" | "args">,
  context: StartContext,
): Promise<SessionRecord["terminal"]> {
  const { cwd, terminal_session: terminal } = record;
  if (terminal === undefined) return { state: "none" };
  const found = (await context.agents()).find((agent) => agent.id === record.agent);
  const { args: own = record.request.args } = size;
  const request = { agent: record.agent, ...record.request, ...(own === undefined ? {} : { args: own }) };
  const launch = plan(request, context, {
    cwd,
    found,
    session: record.mcp.session_id,
    token: record.mcp.token,
  });
  if (!launch.ok) return { state: "failed", reason: launch.fault.message };
  try {
    writePlanFiles(launch.value);
  } catch (error) {
    return {
      state: "failed",
      reason: `its private files could not be written: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
  const { command, args, env } = launch.value;
  const started = await context.terminals.client.startTerminal(terminal, {
    command,
    args,
    env,
    cwd,
    cols: size.cols ?? COLS,
    rows: size.rows ?? ROWS,
  });
  return started.ok ? terminalView(started.value) : { state: "failed", reason: started.fault.message };
}

/** A request names one of the person's own agents; a restart brings it along. Fault: `no-such-agent`. */
function ownAgent(
  { template: wanted }: { template?: string | AgentTemplate | undefined },
  home: HomeFolder,
): Result<AgentTemplate | undefined> {
  if (typeof wanted !== "string") return ok(wanted);
  const read = readTemplates(home);
  if (!read.ok) return read;
  const template = read.value.templates.find(({ id }) => id === wanted);
  return template === undefined
    ? failed("no-such-agent", "This agent isn't in the settings any more.", "Choose another, or add it again.")
    : ok(template);
}

function plan(
  request: Pick<NewSession, "agent" | "command" | "args" | "env"> & { template?: AgentTemplate | undefined },
  context: StartContext,
  session: { cwd: string; found: AgentView | undefined; session: string; token: string },
): Result<LaunchPlan> {
  const { template } = request;
  if (request.agent === "custom" && template === undefined && !request.command?.trim()) {
    return failed("command-missing", "No command was given.", "Enter the program to run.");
  }
  return planLaunch(request.agent, session.found, {
    mcpUrl: `${context.mcp.found.base}/mcp`,
    token: session.token,
    sessionId: session.session,
    cwd: session.cwd,
    home: context.home,
    inherited: process.env,
    readText: readTextFile,
    foreign: !context.mcp.found.own,
    ...(template === undefined ? {} : { template }),
    ...(request.command === undefined ? {} : { command: request.command }),
    ...(request.args === undefined ? {} : { args: [...request.args] }),
    ...(request.env === undefined ? {} : { env: request.env }),
  });
}

function readTextFile(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** The id names a folder of private files, so it must not lead out of where these are. */
const PATH_SAFE = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/;

/** Ids stand in links, so a daemon's own id is taken only when a link can carry it (protocol.md §7). */
export const isLinkId = (id: string): boolean => /^[A-Za-z0-9-]{1,64}$/.test(id);
