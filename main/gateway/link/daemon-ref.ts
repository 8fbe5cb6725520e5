/** What a daemon is known by, and what may be asked of it and believed. */

/** The daemon that Signalbox starts for this home. */
export const OWN_DAEMON = "own";
/** Whichever other program discovery chose: only one is connected at a time, and its runs are told apart (session-credential.ts). */
export const FOREIGN_DAEMON = "foreign";

/** `own`, `foreign`, or the name under which `Daemons.add` was given another one. */
export type DaemonId = string;

export type DaemonCapability =
  /** Serves tools to agents. */
  | "tools"
  /** Is a daemon of Signalbox that takes this gateway's credential: it runs programs, passes previews on and tells what changes. */
  | "terminals"
  /** Numbers its events for good, and sends none that holds a secret or is larger than ours. */
  | "clean-events";

export interface DaemonRef {
  readonly id: DaemonId;
  readonly capabilities: ReadonlySet<DaemonCapability>;
}

/** A daemon of Signalbox, here or elsewhere. */
export const signalboxDaemon = (id: DaemonId): DaemonRef => ({
  id,
  capabilities: new Set(["tools", "terminals", "clean-events"]),
});

export const foreignDaemon: DaemonRef = { id: FOREIGN_DAEMON, capabilities: new Set(["tools"]) };
