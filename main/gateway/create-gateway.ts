/** Owns the composition of the gateway: options in, `{ url, …, dispose }` out. The desktop shell and the headless start build the same one. */
import type { Worker } from "node:worker_threads";
import { deepLink, linkPath } from "../../shared/links/deep-link.ts";
import type { AppFrame, AppState } from "../../shared/protocol/app-frames.ts";
import { failed, ok, type Result } from "../../shared/protocol/fault.ts";
import type { CreatedSession, NewSession } from "../../shared/protocol/gateway-api.ts";
import type { Log } from "../home/create-log.ts";
import { type HomeFolder, prepareHomeFolder } from "../home/home-folder.ts";
import { daemonKey } from "../home/secrets.ts";
import { type Access, openAccess } from "./auth/open-access.ts";
import { announceGateway, runningGateway } from "./gateway-file.ts";
import type { GatewayParts } from "./gateway-parts.ts";
import { createHttpServer, listen } from "./http/http-server.ts";
import { createWaitingRoom } from "./http/waiting-room.ts";
import { openBridge } from "./open-bridge.ts";
import { openDoors } from "./open-doors.ts";
import { readSettings } from "./settings.ts";

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
  /** The journal's thread, when it was started before; one of its own otherwise. */
  journalThread?: Worker;
  /** Chooses the waits between attempts, 0 ≤ x < 1. */
  random?: () => number;
  /** The wall clock, in milliseconds; what is waited for never depends on it. */
  now?: () => number;
}

export interface Gateway {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** The owner's token; another one after it was replaced. */
  readonly token: string;
  app(): AppState;
  /** Every change after `app()`, as `/ws/app` sends it. */
  subscribe(listener: (change: AppFrame) => void): () => void;
  createSession(request: NewSession): Promise<Result<CreatedSession>>;
  /** Called with the path of a link (`/session/<id>[/call/<call>]`) that another program asks to be shown: the desktop window follows it. */
  onOpen(listener: (path: string) => void): () => void;
  /** A web address that signs a browser in once. */
  pairingLink(path?: string): string;
  dispose(): Promise<void>;
}

/** Faults: `port-in-use`, `listen-failed`, `home-unusable`, `already-running`. */
export async function createGateway(options: GatewayOptions): Promise<Result<Gateway>> {
  const { home, log } = options;
  const now = options.now ?? Date.now;
  const steady = () => performance.now();
  const random = options.random ?? Math.random;

  let access: Access;
  let key: string;
  try {
    prepareHomeFolder(home);
    access = openAccess({ home, now, steady, warn: (reason) => log.warn({ reason }, "devices") });
    key = daemonKey(home);
  } catch (error) {
    return failed("home-unusable", error instanceof Error ? error.message : String(error));
  }
  const other = await runningGateway(home);
  if (other !== undefined) {
    return failed(
      "already-running",
      `Signalbox already runs at ${other.base}${other.pid === undefined ? "" : ` (process ${other.pid})`}.`,
      "Open that address, or end it first.",
    );
  }

  const server = createHttpServer();
  const waiting = createWaitingRoom(server);
  const listening = await listen(server, options.port);
  if (!listening.ok) return listening;
  const port = listening.value;
  const url = `http://127.0.0.1:${port}`;

  const discovery = options.discovery ?? [];
  const settings = readSettings(home, (reason) => log.warn({ reason }, "settings"));
  const { stop, ...bridge } = await openBridge({
    home,
    key,
    discovery,
    startDaemon: options.startDaemon,
    limits: settings.history,
    journalThread: options.journalThread,
    log,
    now,
    steady,
    random,
  });
  const { hub, sessions, journal } = bridge;

  const links = (id: string) => ({ deep: deepLink({ session: id }), web: url + linkPath({ session: id }) });
  async function createSession(request: NewSession): Promise<Result<CreatedSession>> {
    const made = await sessions.create(request);
    return made.ok ? ok({ id: made.value.id, links: links(made.value.id) }) : made;
  }

  const openers = new Set<(path: string) => void>();
  const { owner, devices, pairing, guesses, identify } = access;
  const parts: GatewayParts = {
    ...bridge,
    home,
    discovery,
    log,
    devices,
    owner,
    pairing,
    open(path) {
      for (const opener of openers) opener(path);
      return openers.size > 0;
    },
    createSession,
    now,
    steady,
    random,
  };
  const rules = { port, allowedOrigins: options.allowedOrigins ?? [], queryTokens: settings.queryTokens, identify };
  const doors = openDoors({ server, waiting, parts, rules, guesses, ui: options.ui });
  const withdraw = announceGateway(home, url, new Date(now()).toISOString());
  log.info({ url, pid: process.pid }, "gateway answers");

  return ok({
    url,
    get token() {
      return owner.token();
    },
    app: hub.state,
    subscribe: hub.subscribe,
    createSession,
    onOpen(listener) {
      openers.add(listener);
      return () => openers.delete(listener);
    },
    pairingLink: (path = "/") => `${url}${path}#pair=${pairing.linkCode("full")}`,
    async dispose() {
      withdraw();
      stop();
      await doors.dispose();
      await journal.close();
      log.info("gateway ended");
    },
  });
}
