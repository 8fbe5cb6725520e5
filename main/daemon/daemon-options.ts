/** What a daemon is started with. */
import type { Log } from "../home/create-log.ts";
import type { HomeFolder } from "../home/home-folder.ts";
import type { SessionStore } from "./sessions/session-store.ts";

export interface DaemonOptions {
  /** Prepared by the caller. */
  home: HomeFolder;
  log: Log;
  /** 0, the default, chooses a free one. */
  port?: number;
  /** What terminals and upstream servers inherit, without Signalbox's own. */
  env?: NodeJS.ProcessEnv;
  /** Milliseconds without a session and without a gateway after which the daemon ends itself. */
  idleMs?: number;
  /** Where MCP sessions are recorded; a database of the home folder by default. */
  sessionStore?: SessionStore;
  /** Milliseconds that never jump, by which MCP sessions grow old, and how often that is looked at. */
  clock?: () => number;
  sweepMs?: number;
  /** Milliseconds between looks at what nobody tells. */
  lookMs?: number;
  /** Milliseconds after which a request that nobody reads counts as left by its agent. */
  abandonMs?: number;
}
