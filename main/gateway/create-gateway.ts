/** Composes the gateway: options in, `{ url, …, dispose }` out. The desktop shell and the headless start build the same one. */

import { join } from "node:path";
import type { Worker } from "node:worker_threads";
import { deepLink, linkPath } from "../../shared/links/deep-link.ts";
import type { AppFrame, AppState } from "../../shared/protocol/app-frames.ts";
import { failed, ok, type Result } from "../../shared/protocol/fault.ts";
import type { CreatedSession, NewSession } from "../../shared/protocol/gateway-api.ts";
import { reasonOf } from "../../shared/text/reason-of.ts";
import { isSecretKey } from "../../shared/text/redact.ts";
import type { Log } from "../home/create-log.ts";
import { type HomeFolder, prepareHomeFolder } from "../home/home-folder.ts";
import { knownSecrets } from "../home/known-secrets.ts";
import { readLastPort, writeLastPort } from "../home/last-port.ts";
import { daemonKey } from "../home/secrets.ts";
import { createWaitingRoom } from "../home/waiting-room.ts";
import { type Access, openAccess } from "./auth/open-access.ts";
import { announceGateway, answeringGateway } from "./gateway-file.ts";
import { createHttpServer, listen } from "./http/http-server.ts";
import { OWN_DAEMON } from "./link/daemon-ref.ts";
import { openBridge } from "./open-bridge.ts";
import { snapOfBrowser } from "./open-browser.ts";
import { openDoors } from "./open-doors.ts";
import { grantAddress } from "./preview/grant-address.ts";
import { createPreviewAccess } from "./preview/preview-access.ts";
import { createPreviewDoor } from "./preview/preview-door.ts";
import { previewNames } from "./preview/preview-names.ts";
import { createPreviews, ownPort } from "./preview/previews.ts";
import type { SessionRecord } from "./sessions/session-record.ts";
import { resumeAtStart } from "./sessions/start/resume-at-start.ts";
import { readSettings } from "./settings.ts";
import { createSignInPages, type SignInLink } from "./sign-in-pages.ts";

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
  /** Every value that must stand in no log. */
  secrets(): readonly string[];
  /** Called with the path of a link (`/session/<id>[/call/<call>|/preview/<port>]`) that another program asks to be shown: the desktop window follows it. */
  onOpen(listener: (path: string) => void): () => void;
  readonly previews: GatewayPreviews;
  /** A web address that signs a browser in once. Never for an argument list: others may read those. */
  pairingLink(path?: string): SignInLink;
  dispose(): Promise<void>;
}

/** What a window that shows previews must know of them. */
export interface GatewayPreviews {
  /** The origins of all previews, in the form of a policy's source. */
  readonly sources: string;
  /** Whether an address is one of a preview's origin. */
  has(address: string): boolean;
  /** The same place in an address that lets one browser in, once; undefined where nothing is exposed. */
  enter(address: string): string | undefined;
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
    return failed("home-unusable", reasonOf(error));
  }
  const other = await answeringGateway(home);
  if (other !== undefined) {
    const { base, pid } = other.address;
    const version = other.proven === "earlier" ? "An earlier version of Signalbox" : "Signalbox";
    return failed(
      "already-running",
      `${version} already runs at ${base}${pid === undefined ? "" : ` (process ${pid})`}.`,
      "Open that address, or end it first.",
    );
  }

  const server = createHttpServer();
  const waiting = createWaitingRoom(server);
  const portFile = join(home.path, "gateway.port");
  const listening = await listen(server, options.port, readLastPort(portFile));
  if (!listening.ok) return listening;
  const port = listening.value;
  // The addresses of previews hold it.
  if (options.port === undefined) writeLastPort(portFile, port);
  const url = `http://127.0.0.1:${port}`;

  const discovery = options.discovery ?? [];
  const settings = readSettings(home, (reason) => log.warn({ reason }, "settings"));
  const known = knownSecrets(home);
  const names = previewNames(port, settings.previewHost);
  const { stop, ...bridge } = await openBridge({
    secrets: known,
    names,
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
  const { hub, sessions, journal, daemons } = bridge;
  const stopResuming = settings.resumesSessions
    ? resumeAtStart({
        app: hub.state,
        subscribe: hub.subscribe,
        resume: (id) => sessions.restart(id, { resume: true }),
        log,
      })
    : () => {};
  const previews = createPreviews({ sessions, daemons, names, url, ownPort: port });
  bridge.onDaemon(previews.tell);
  const previewAccess = createPreviewAccess({
    file: join(home.path, "preview-links.json"),
    now,
    steady,
    warn: (reason) => log.warn({ reason }, "previews"),
  });
  const previewDoor = createPreviewDoor({ get: sessions.get, previews, access: previewAccess, names, port, log });
  sessions.onRemove(previewDoor.endSession);

  const links = (id: string) => ({ deep: deepLink({ session: id }), web: url + linkPath({ session: id }) });
  async function createSession(request: NewSession): Promise<Result<CreatedSession>> {
    const machine = request.machine === undefined ? ok(OWN_DAEMON) : await bridge.machines.find(request.machine);
    if (!machine.ok) return machine;
    const own = request.expose?.find((exposure) => previews.isOwn(exposure.port));
    if (own !== undefined) return ownPort(own.port);
    const made =
      machine.value === OWN_DAEMON ? await sessions.create(request) : await sessions.createAt(machine.value, request);
    if (!made.ok) return made;
    const { id } = made.value;
    previews.tell();
    const views = previews.list(id);
    return ok({ id, links: links(id), previews: views.ok ? views.value : [] });
  }

  const pages = createSignInPages(home.run);
  access.pairing.onGone(pages.remove);
  const pairingLink = (path = "/"): SignInLink => {
    const { id, link_code } = access.pairing.invite({ scope: "full", maker: { kind: "owner" }, digits: false });
    const address = `${url}${path}#pair=${link_code}`;
    return { address, page: async () => pages.write(address, id, await snapOfBrowser(process.env)) };
  };

  /** The preview that an address leads to, with the path there. */
  function previewAt(address: string) {
    const read = URL.parse(address);
    const preview = read === null ? undefined : names.read(read.host);
    if (read === null || preview === undefined || read.username !== "" || read.password !== "") return undefined;
    return names.origin(preview) === read.origin ? { preview, path: read.pathname + read.search } : undefined;
  }

  const openers = new Set<(path: string) => void>();
  const { owner, devices, pairing, guesses, identify } = access;
  function secrets(session?: SessionRecord): string[] {
    const env = Object.entries(session?.request.env ?? {});
    return [...known(), ...sessions.tokens(), ...env.flatMap(([name, value]) => (isSecretKey(name) ? [value] : []))];
  }
  const parts = {
    ...bridge,
    secrets,
    home,
    port,
    discovery,
    log,
    devices,
    owner,
    pairing,
    previews: {
      previews,
      access: previewAccess,
      names,
      check: (session: string, at: number, path: string) =>
        previews.check(session, at, path, [url, ...(options.allowedOrigins ?? [])]),
    },
    proveTo: (device: string, nonce: string) => access.proveTo(device, nonce, port),
    open(path: string) {
      for (const opener of openers) opener(path);
      return openers.size > 0;
    },
    createSession,
    pairingLink,
    now,
    steady,
    random,
  };
  const rules = { port, allowedOrigins: options.allowedOrigins ?? [], queryTokens: settings.queryTokens, identify };
  const doors = openDoors({ server, waiting, parts, rules, guesses, previews: previewDoor, ui: options.ui });
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
    secrets: () => secrets(),
    onOpen(listener) {
      openers.add(listener);
      return () => openers.delete(listener);
    },
    previews: {
      sources: names.sources,
      has: (address) => previewAt(address) !== undefined,
      enter(address) {
        const found = previewAt(address);
        if (found === undefined) return undefined;
        const listed = previews.list(found.preview.session);
        if (!listed.ok || !listed.value.some(({ port }) => port === found.preview.port)) return undefined;
        const { code } = previewAccess.grant(found.preview, { kind: "owner" });
        return grantAddress(names.origin(found.preview) ?? "", code, found.path);
      },
    },
    pairingLink,
    async dispose() {
      withdraw();
      stopResuming();
      pages.dispose();
      stop();
      await doors.dispose();
      await journal.close();
      log.info("gateway ended");
    },
  });
}
