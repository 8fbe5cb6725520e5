/** What every room of the page may reach: the host, the gateway and the open streams. */
import { createContext, useContext } from "react";
import type { Result } from "../../shared/protocol/fault.ts";
import type { GatewayClient } from "../gateway/gateway-client.ts";
import type { Host } from "../host/host.ts";
import type { SessionStreams } from "../stores/session-streams.ts";
import type { TerminalPool } from "../terminal/terminal-pool.ts";

export interface Services {
  host: Host;
  /** Where the gateway is. */
  connection: { readonly url: string };
  client: GatewayClient;
  streams: SessionStreams;
  terminals: TerminalPool;
  /** Sends text into the prompt of a session's program, whether or not its terminal is shown. */
  sendText(session: string, text: string, enter: boolean): Promise<Result<void>>;
  /** Reconnects everything that waits, at once. */
  reconnectNow(): void;
}

export const ServicesContext = createContext<Services | undefined>(undefined);

/** Throws outside of the signed-in page. */
export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (services === undefined) throw new Error("no services here: the page is not signed in");
  return services;
}
