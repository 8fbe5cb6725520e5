/** Owns the list of what the gateway is made of, as its routes and sockets see it. */

import type { Result } from "../../shared/protocol/fault.ts";
import type { AgentView, CreatedSession, NewSession } from "../../shared/protocol/gateway-api.ts";
import type { Log } from "../home/create-log.ts";
import type { HomeFolder } from "../home/home-folder.ts";
import type { AppHub } from "./app-hub.ts";
import type { Devices } from "./auth/devices.ts";
import type { Owner } from "./auth/owner.ts";
import type { Pairing } from "./auth/pairing.ts";
import type { LogRing } from "./bridge/session-log.ts";
import type { Journal } from "./journal/open-journal.ts";
import type { Daemons } from "./link/daemons.ts";
import type { Counters } from "./metrics.ts";
import type { Sessions } from "./sessions/sessions.ts";

export interface GatewayParts {
  readonly home: HomeFolder;
  /** Discovery files that were given. */
  readonly discovery: readonly string[];
  readonly log: Log;
  readonly hub: AppHub;
  readonly ring: LogRing;
  readonly journal: Journal;
  readonly daemons: Daemons;
  readonly sessions: Sessions;
  readonly devices: Devices;
  readonly owner: Owner;
  readonly pairing: Pairing;
  readonly counters: Counters;
  readonly agents: () => Promise<readonly AgentView[]>;
  /** Shows a page's path in the desktop window. False when there is none. */
  readonly open: (path: string) => boolean;
  readonly createSession: (request: NewSession) => Promise<Result<CreatedSession>>;
  /** The wall clock, in milliseconds. */
  readonly now: () => number;
  /** A clock that only goes forward, in milliseconds. */
  readonly steady: () => number;
  readonly random: () => number;
}
