/** Starts a session and its program from what a person asked for, with the agents, folders and files of this machine. */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { failed, ok, type Result } from "../../shared/protocol/fault.ts";
import type { StartedSession, StartSessionRequest } from "../../shared/protocol/start-session-api.ts";
import { reasonOf } from "../../shared/text/reason-of.ts";
import { AGENTS, planLaunch, writePlanFiles } from "../agents/agents.ts";
import { detectAgents } from "../agents/detect-agents.ts";
import { workingFolder } from "../agents/working-folder.ts";
import type { HomeFolder } from "../home/home-folder.ts";
import type { Session, SessionRegistry } from "./sessions/session-registry.ts";
import type { Terminals } from "./terminal/terminals.ts";

export type StartHere = (request: StartSessionRequest) => Promise<Result<StartedSession>>;

export interface StartHereOptions {
  home: HomeFolder;
  env: NodeJS.ProcessEnv;
  registry: SessionRegistry;
  terminals: Terminals;
  /** The address of `/mcp`. */
  mcpUrl: () => string;
  longCallMs: () => number;
  ending: () => boolean;
  /** A session was made; resolves once its agent may ask any daemon. */
  made: (session: Session) => Promise<void>;
  /** Takes back a session whose program could not be started. */
  endSession: (id: string) => Promise<void>;
}

const FIRST_SIZE = { cols: 120, rows: 34 } as const;

/** Faults: those of the folder, of the agent and of the program; `daemon-ending`. Nothing is left of what could not be started. */
export function startHere(options: StartHereOptions): StartHere {
  const { home, env, registry, terminals } = options;
  return async (request) => {
    const folder = workingFolder(request.cwd, request.agent);
    if (!folder.ok) return folder;
    const cwd = folder.value;
    if (request.agent === "custom" && !request.command?.trim()) {
      return failed("command-missing", "No command was given.", "Enter the program to run.");
    }
    const agent = AGENTS[request.agent];
    const found = (await detectAgents(env)).find(({ id }) => id === request.agent);
    const planned = (session: string, token: string) =>
      planLaunch(request.agent, found, {
        mcpUrl: options.mcpUrl(),
        token,
        sessionId: session,
        cwd,
        home,
        inherited: env,
        readText,
        longCallMs: options.longCallMs(),
        ...(request.command !== undefined && { command: request.command }),
        ...(request.args !== undefined && { args: request.args }),
        ...(request.env !== undefined && { env: request.env }),
      });
    // Nothing is made for an agent that cannot be started.
    const dry = planned("-", "");
    if (!dry.ok) return dry;
    await terminals.prepared;
    if (options.ending()) return failed("daemon-ending", "The daemon is ending.");
    const label = request.label?.trim() || (request.agent === "demo" ? "Demo" : basename(cwd) || agent.name);
    const { servers } = request;
    const session = registry.create({ cwd, label, agent: request.agent, ...(servers !== undefined && { servers }) });
    await options.made(session);
    const give = async (result: Result<never>) => {
      await options.endSession(session.id);
      return result;
    };
    const launch = planned(session.id, session.token);
    if (!launch.ok) return give(launch);
    try {
      writePlanFiles(launch.value);
    } catch (error) {
      return give(failed("files-unwritable", `Its private files could not be written: ${reasonOf(error)}.`));
    }
    const { command, args, env: added, wait, display } = launch.value;
    session.callWait = wait;
    const started = terminals.start(session.id, {
      command,
      args,
      env: added,
      cwd,
      cols: request.cols ?? FIRST_SIZE.cols,
      rows: request.rows ?? FIRST_SIZE.rows,
    });
    if (!started.ok) return give(started);
    const name = request.agent === "custom" ? basename(request.command ?? agent.name) : agent.name;
    return ok({
      session_id: session.id,
      agent_name: name,
      label,
      cwd,
      command: display,
      created_at: session.createdAt,
      terminal: started.value,
    });
  };
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
