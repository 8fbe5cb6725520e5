/** Owns the composition of the shell: gateway and Electron in, a window, a tray, menus, notices and links out. */
import { join } from "node:path";
import { linkPath } from "../../shared/links/deep-link.ts";
import type { SessionView } from "../../shared/protocol/app-frames.ts";
import { HOST_NOTICES } from "../../shared/protocol/host-bridge.ts";
import type { Gateway } from "../gateway/create-gateway.ts";
import type { Log } from "../home/create-log.ts";
import type { HomeFolder } from "../home/home-folder.ts";
import { afterRunning } from "../home/running-time.ts";
import { askDaemon } from "./ask-daemon.ts";
import type { ElectronApi } from "./electron-api.ts";
import { answerPage } from "./host/answer-page.ts";
import { openExternal } from "./links/open-external.ts";
import { createPendingNotices } from "./links/pending-notices.ts";
import { startAtLogin } from "./login/start-at-login.ts";
import { appMenu } from "./menu/app-menu.ts";
import { countOnIcon } from "./notices/count-on-icon.ts";
import { isPaused } from "./notices/decide-notices.ts";
import { runNotices } from "./notices/run-notices.ts";
import { decideClose } from "./quit/decide-quit.ts";
import { createQuit } from "./quit/run-quit.ts";
import { runAction } from "./run-action.ts";
import { createSettings } from "./settings/live-settings.ts";
import type { ShellAction } from "./shell-action.ts";
import { runTray } from "./tray/run-tray.ts";
import { trayState } from "./tray/tray-state.ts";
import { serveUi } from "./ui/serve-ui.ts";
import { UI_SCHEME } from "./ui/ui-origin.ts";
import { mayInstall, updateRows } from "./updates/decide-update.ts";
import { runUpdates, type Updater } from "./updates/run-updates.ts";
import { guardContents } from "./window/guard-contents.ts";
import { createMainWindow } from "./window/main-window.ts";

/** States of a terminal in which something would be lost. */
const WORKING: ReadonlySet<SessionView["terminal"]["state"]> = new Set(["starting", "running"]);
/** Whatever still hangs after this long is left to the system. */
const END_MS = 1_800;

export interface ShellOptions {
  electron: ElectronApi;
  platform: NodeJS.Platform;
  /** What starts this app again: program and its fixed arguments. */
  self: { program: string; args: readonly string[] };
  updater: Updater | undefined;
  /** Folder that holds `out/` and `resources/`. */
  root: string;
  home: HomeFolder;
  gateway: Gateway;
  log: Log;
}

export interface Shell {
  show(): void;
  /** Brings the window forward at a path of the UI. */
  follow(path: string): void;
  startDemo(): Promise<void>;
  /** Asks where something would be lost, then ends the app; `forced` when nobody is there to ask. */
  requestQuit(forced: boolean): Promise<void>;
}

/** Call it once Electron is ready. It ends with the app: by `requestQuit`, a signal or the system's shutdown. */
export function createShell(options: ShellOptions): Shell {
  const { electron, platform, home, gateway, log } = options;
  const ui = join(options.root, "out", "renderer");
  const resources = join(options.root, "resources");
  const running = () => gateway.app().sessions.filter(({ terminal }) => WORKING.has(terminal.state)).length;
  const onProblem = (what: string, details: object) => log.warn(details, what);
  const act = (action: ShellAction) =>
    runAction({ electron, show: window.show, page, settings, quit, installUpdate }, action);

  electron.app.on("web-contents-created", (_event, contents) =>
    guardContents(contents, {
      onOutside: (address) => void openExternal(electron, address),
      onDenied: (what, address) => onProblem(`${what} denied`, { address }),
    }),
  );
  electron.protocol.handle(UI_SCHEME, serveUi({ folder: ui, gateway }));

  const page = createPendingNotices((notice) => window.send(notice));
  const settings = createSettings({
    startAtLogin: (enabled) => startAtLogin({ app: electron.app, platform, self: options.self }, enabled),
    folder: home.path,
    onChange: () => tray.changed(),
    onProblem,
  });
  const quit = createQuit({
    electron,
    running,
    tray: () => tray.present,
    hide: () => window.hide(),
    askDaemon: (what) => askDaemon(gateway, what),
    end,
    onProblem,
  });
  const window = createMainWindow({
    electron,
    platform,
    preload: join(options.root, "out", "preload", "preload.cjs"),
    icon: join(resources, "icons", "256x256.png"),
    state: home.path,
    onClose() {
      const closeToTray = settings.get().close_to_tray;
      return decideClose({ running: running(), tray: tray.present, closeToTray, platform, quitting: quit.begun });
    },
    onQuit: () => void quit.request(false),
    onLoading: page.notReady,
    onProblem,
  });
  const updates = runUpdates({ updater: options.updater, onChange: () => tray.changed(), onProblem });
  const tray = runTray({
    electron,
    icons: join(resources, "tray"),
    platform,
    state: () => trayState(gateway.app(), isPaused(settings.get().notifications, new Date())),
    extraRows: () => updateRows(updates.state(), running()),
    run: act,
    onMissing: (error) => onProblem("there is no tray here", { error }),
  });
  const notices = runNotices({
    electron,
    sessions: gateway.app().sessions,
    focused: window.isFocused,
    settings: () => settings.get().notifications,
    run: act,
  });
  answerPage({
    electron,
    window: window.current,
    gateway,
    settings,
    onReady: page.ready,
    onRefused: (channel, sender) => onProblem("a request over IPC was refused", { channel, sender }),
  });
  const count = countOnIcon(electron.app);
  const unsubscribe = gateway.subscribe((change) => {
    tray.changed();
    count(gateway.app().sessions.filter(({ status }) => status.state === "needs_you").length);
    notices.apply(change);
  });
  const unopen = gateway.onOpen(follow);
  electron.setApplicationMenu(appMenu(platform, act));
  electron.app.on("activate", window.show);
  // Whether the app ends with its window is decided when the window closes, not here.
  electron.app.on("window-all-closed", () => {});
  electron.app.on("before-quit", (event) => {
    if (quit.begun) return;
    event.preventDefault();
    void quit.request(false);
  });
  electron.powerMonitor.on("shutdown", () => void quit.request(true));
  // The gateway's own heartbeat would notice too, but only after the person has looked at a stale window.
  electron.powerMonitor.on("resume", () => void askDaemon(gateway, "retry"));

  function installUpdate(): void {
    if (mayInstall(updates.state(), running())) void quit.leave(true);
  }

  async function end(restart: boolean): Promise<void> {
    const install = mayInstall(updates.state(), running());
    if (install) await askDaemon(gateway, "stop");
    unsubscribe();
    unopen();
    updates.dispose();
    notices.dispose();
    tray.dispose();
    window.dispose();
    const last = afterRunning(END_MS, () => electron.app.exit(1));
    await gateway.dispose();
    clearInterval(last);
    if (install) updates.install(restart);
    else electron.app.exit(0);
  }

  function follow(path: string): void {
    window.show();
    page.push({ channel: HOST_NOTICES.navigate, value: path });
  }

  return {
    show: window.show,
    follow,
    requestQuit: (forced) => quit.request(forced),
    async startDemo() {
      const created = await gateway.createSession({ agent: "demo" });
      if (created.ok) follow(linkPath({ session: created.value.id }));
      else electron.dialog.showErrorBox(created.fault.message, created.fault.hint ?? "");
    },
  };
}
