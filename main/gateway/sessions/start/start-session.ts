/** Starts a session: the MCP session first, then the agent's files, then its program in a terminal. */

import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { AgentTemplate } from "../../../../shared/protocol/agent-templates.ts";
import { failed, ok, type Result } from "../../../../shared/protocol/fault.ts";
import type { AgentView, NewSession } from "../../../../shared/protocol/gateway-api.ts";
import { reasonOf } from "../../../../shared/text/reason-of.ts";
import { AGENTS, planLaunch, writePlanFiles } from "../../../agents/agents.ts";
import type { LaunchPlan } from "../../../agents/launch-plan.ts";
import { loginEnvironment } from "../../../agents/login-environment.ts";
import { personalVariables } from "../../../agents/personal-variables.ts";
import { readTemplates } from "../../../agents/templates.ts";
import { workingFolder } from "../../../agents/working-folder.ts";
import type { HomeFolder } from "../../../home/home-folder.ts";
import { type Connected, can } from "../../link/connected.ts";
import { OWN_DAEMON } from "../../link/daemon-ref.ts";
import { terminalView } from "../live-session.ts";
import type { SessionRecord } from "../session-record.ts";

export interface StartContext {
  home: HomeFolder;
  /** Serves the tools. */
  mcp: Connected;
  /** Runs the program; usually the same one. */
  terminals: Connected;
  agents: () => Promise<readonly AgentView[]>;
  /** Names of the sessions that there are. */
  labels: () => readonly string[];
  now: () => number;
}

/** The usual size before a viewer says its own. */
export const FIRST_SIZE = { cols: 120, rows: 34 } as const;

/** A session that its daemons already have, as older clients bring it: its id and its token. */
export interface GivenSession {
  id: string;
  token: string;
}

/** What the new session continues: the one that our own daemon had, if it was there, and its history. */
export interface FormerSession {
  after: string | undefined;
  numbersAbove: number;
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
  const usual = request.agent === "demo" ? "Demo" : basename(cwd) || agent.name;
  const label = request.label?.trim() || numbered(usual, context.labels());

  // Nothing is created at the daemon for an agent that cannot be started.
  const dry = plan({ ...request, template }, context, { cwd, found, session: "-", token: "" });
  if (!dry.ok) return dry;

  const together = context.mcp.ref.id === context.terminals.ref.id;
  const offer = request.servers === undefined ? {} : { servers: request.servers };
  const goesOn =
    together && from !== undefined && "after" in from ? { after: from.after, numbers_above: from.numbersAbove } : {};
  const created =
    from === undefined || "after" in from
      ? await context.mcp.client.createSession({ cwd, label, agent: request.agent, ...offer, ...goesOn })
      : ok({ session_id: from.id, token: from.token });
  if (!created.ok) return created;
  const shadow = together
    ? created
    : await context.terminals.client.createSession({ cwd, label, agent: request.agent });
  if (!shadow.ok) return shadow;

  const mcpId = created.value.session_id;
  if (!PATH_SAFE.test(mcpId)) return failed("daemon-answer", "The daemon gave the session an id that cannot be used.");
  const record: SessionRecord = {
    id: together && isLinkId(mcpId) ? mcpId : randomUUID(),
    agent: request.agent,
    agent_name: template?.name ?? (request.agent === "custom" ? basename(request.command ?? agent.name) : agent.name),
    ...(template === undefined && found?.version !== undefined && { agent_version: found.version }),
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
    mcp: { daemon: context.mcp.ref.id, session_id: mcpId, token: created.value.token },
    ...(context.terminals.ref.id === OWN_DAEMON ? {} : { terminal_daemon: context.terminals.ref.id }),
    terminal_session: shadow.value.session_id,
    terminal: { state: "starting" },
  };
  if (!can(context.mcp, "terminals")) record.mcp.run = runOf(context.mcp);
  return ok(record);
}

/** A name that no other session has: "Demo", "Demo 2". */
function numbered(name: string, taken: readonly string[]): string {
  if (!taken.includes(name)) return name;
  for (let number = 2; ; number += 1) if (!taken.includes(`${name} ${number}`)) return `${name} ${number}`;
}

/** Identity of one run of a daemon, which gave out its tokens. */
export const runOf = (daemon: Connected): string => `${daemon.health.pid}/${daemon.health.started_at}`;

/**
 * Starts the program of a session that exists at its daemons; what went wrong stands in the terminal's state. A program
 * may have ended, and the daemon may have said so, before the answer to its start is here: that news is kept.
 */
export async function startTerminal(
  session: { record: SessionRecord },
  size: Pick<NewSession, "cols" | "rows" | "args" | "shell_env">,
  context: StartContext,
): Promise<void> {
  session.record.terminal = { state: "starting" };
  const outcome = await launchTerminal(session.record, size, context);
  if (session.record.terminal.state === "starting") session.record.terminal = outcome;
}

async function launchTerminal(
  record: SessionRecord,
  size: Pick<NewSession, "cols" | "rows" | "args" | "shell_env">,
  context: StartContext,
): Promise<SessionRecord["terminal"]> {
  const { cwd, terminal_session: terminal } = record;
  if (terminal === undefined) return { state: "none" };
  const found = (await context.agents()).find((agent) => agent.id === record.agent);
  const { args: own = record.request.args } = size;
  const app = await loginEnvironment(process.env);
  const inherited = size.shell_env ?? app;
  const request = { agent: record.agent, ...record.request, ...(own === undefined ? {} : { args: own }) };
  const settings = await context.terminals.client.settings();
  const launch = plan(request, context, {
    cwd,
    found,
    session: record.mcp.session_id,
    token: record.mcp.token,
    inherited,
    ...(settings.ok && { longCallMs: settings.value.long_call_minutes * 60_000 }),
  });
  if (!launch.ok) return { state: "failed", reason: launch.fault.message };
  try {
    writePlanFiles(launch.value);
  } catch (error) {
    return {
      state: "failed",
      reason: `its private files could not be written: ${reasonOf(error)}`,
    };
  }
  const { command, args, env, wait } = launch.value;
  const started = await context.terminals.client.startTerminal(terminal, {
    command,
    args,
    env,
    ...(size.shell_env === undefined ? plainVariables(app) : { shell_env: size.shell_env }),
    cwd,
    cols: size.cols ?? FIRST_SIZE.cols,
    rows: size.rows ?? FIRST_SIZE.rows,
    ...(wait !== undefined && { call_wait: wait }),
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
  session: {
    cwd: string;
    found: AgentView | undefined;
    session: string;
    token: string;
    inherited?: NodeJS.ProcessEnv;
    longCallMs?: number;
  },
): Result<LaunchPlan> {
  const { template } = request;
  if (request.agent === "custom" && template === undefined && !request.command?.trim()) {
    return failed("command-missing", "No command was given.", "Enter the program to run.");
  }
  return planLaunch(request.agent, session.found, {
    mcpUrl: `${context.mcp.reach.base}/mcp`,
    token: session.token,
    sessionId: session.session,
    cwd: session.cwd,
    home: context.home,
    inherited: session.inherited ?? process.env,
    readText: readTextFile,
    foreign: !can(context.mcp, "terminals"),
    ...(session.longCallMs === undefined ? {} : { longCallMs: session.longCallMs }),
    ...(template === undefined ? {} : { template }),
    ...(request.command === undefined ? {} : { command: request.command }),
    ...(request.args === undefined ? {} : { args: [...request.args] }),
    ...(request.env === undefined ? {} : { env: request.env }),
  });
}

/** Larger than any that a program could be started with; such an environment is left to the daemon's own. */
const MAX_APP_ENV_CHARACTERS = 512 * 1024;

function plainVariables(env: NodeJS.ProcessEnv): { app_env?: Record<string, string> } {
  const app_env = personalVariables(env);
  return JSON.stringify(app_env).length > MAX_APP_ENV_CHARACTERS ? {} : { app_env };
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

/** Ids stand in links, so a daemon's own id is taken only when a link can carry it (docs/protocol.md, “Links”). */
export const isLinkId = (id: string): boolean => /^[A-Za-z0-9-]{1,64}$/.test(id);
