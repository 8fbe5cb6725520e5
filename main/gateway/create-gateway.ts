/** Owns the composition of the gateway: options in, `{ url, …, dispose }` out. The desktop shell and the headless start build the same one. */
import type { AppFrame, AppState } from "../../shared/protocol/app-frames.ts";
import type { Result } from "../../shared/protocol/fault.ts";
import type { CreatedSession, NewSession } from "../../shared/protocol/gateway-api.ts";
import type { Log } from "../home/create-log.ts";
import type { HomeFolder } from "../home/home-folder.ts";

export interface GatewayOptions {
  home: HomeFolder;
  /** Undefined: 54400, or a free one when that is taken. A given port that is taken is a fault. */
  port?: number;
  /** Discovery files to look at before the usual ones. */
  discovery?: readonly string[];
  /** Folder of the built UI; null serves none. */
  ui: string | null;
  /** Origins beside our own that may connect: the desktop app's. */
  allowedOrigins?: readonly string[];
  /** Whether to start our own daemon when none is found. */
  startDaemon: boolean;
  log: Log;
}

export interface Gateway {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** The owner's token. */
  readonly token: string;
  app(): AppState;
  /** Every change after `app()`, as `/ws/app` sends it. */
  subscribe(listener: (change: AppFrame) => void): () => void;
  createSession(request: NewSession): Promise<Result<CreatedSession>>;
  /** A web address that signs a browser in once. */
  pairingLink(path?: string): string;
  dispose(): Promise<void>;
}

/** Faults: `port-in-use`, `home-unusable`, `already-running`. */
export async function createGateway(_options: GatewayOptions): Promise<Result<Gateway>> {
  throw new Error("not built yet");
}
