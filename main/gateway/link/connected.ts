/** One daemon while it is connected: how it is reached, what it said of itself, and the requests that are made of it. */
import type { Health } from "../../../shared/protocol/daemon-api.ts";
import type { Reach } from "../../wire/reach.ts";
import type { DaemonClient } from "./daemon-client.ts";
import type { DaemonCapability, DaemonRef } from "./daemon-ref.ts";

export interface Connected {
  readonly ref: DaemonRef;
  /** Everything that goes to it goes this way. */
  readonly reach: Reach;
  readonly health: Health;
  readonly client: DaemonClient;
  /** True when it still is who it was; nothing secret is sent after a cut before this was asked. */
  verify(): Promise<boolean>;
}

export const can = ({ ref }: Connected, capability: DaemonCapability): boolean => ref.capabilities.has(capability);
