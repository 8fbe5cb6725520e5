/**
 * Decides what the page says when something of gateway, daemon, stream, terminal and program is gone: one table, so that two
 * banners never contradict each other. What is further out speaks for what it takes along: one cause, one countdown, one button.
 */
import type { DaemonView, SessionView } from "../../shared/protocol/app-frames.ts";
import { CLOSE } from "../../shared/protocol/wire.ts";
import type { LinkState } from "../gateway/reconnecting-socket.ts";

export interface Facts {
  /** The page's own link to the gateway. */
  gateway: LinkState;
  daemon: DaemonView["state"];
  /** The session's events, from the gateway. */
  stream: "connecting" | "live" | "reconnecting" | "ended";
  /** The connection to the session's terminal; undefined until there is one. */
  terminal: LinkState | undefined;
  program: SessionView["terminal"]["state"];
  /** The daemon has told an error of this terminal. */
  failed: boolean;
}

export interface Said {
  /** Across the window: the gateway is gone. Nothing else is known then. */
  window: "gateway-waiting" | "gateway-closed" | undefined;
  /** Above the activity. `daemon`: what its state is, with what to do. `stream`: this session's events alone are late. */
  activity: "daemon" | "stream" | undefined;
  /**
   * Above the terminal. `out-of-reach`: the daemon that has the program is not there, which the activity explains.
   * `disconnected`: the connection to this terminal alone is lost, and comes back.
   */
  terminal: "failed" | "ended" | "out-of-reach" | "disconnected" | undefined;
}

const ENDED = new Set<Facts["program"]>(["exited", "gone"]);

export function whatIsSaid(facts: Facts): Said {
  const ended = facts.program === "failed" ? "failed" : ENDED.has(facts.program) ? "ended" : undefined;
  // What had ended before has ended still.
  if (facts.gateway.state === "closed") return { window: "gateway-closed", activity: undefined, terminal: ended };
  if (isLost(facts.gateway)) return { window: "gateway-waiting", activity: undefined, terminal: ended };
  const activity =
    facts.daemon !== "connected"
      ? "daemon"
      : facts.stream === "reconnecting" && ended === undefined
        ? "stream"
        : undefined;
  return { window: undefined, activity, terminal: ended ?? terminalOf(facts) };
}

function terminalOf({ daemon, terminal, program, failed }: Facts): Said["terminal"] {
  if (program === "none" || terminal === undefined) return undefined;
  // Our own daemon may have the terminal although another one was chosen for the tools and is lost.
  if (terminal.state === "open") return failed ? "failed" : undefined;
  // It is on its way, or its session's state says in a moment that it is gone.
  if (terminal.state === "closed" && terminal.code === CLOSE.noSuchSession) return undefined;
  if (daemon !== "connected") return "out-of-reach";
  return isLost(terminal) || terminal.state === "closed" ? "disconnected" : undefined;
}

/** Between two attempts, and during one: what is said stays the same, and nothing jumps. */
const isLost = (link: LinkState): boolean =>
  link.state === "waiting" || (link.state === "connecting" && link.since !== undefined);
