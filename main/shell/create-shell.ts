/** The composition of the shell: gateway and Electron in, a window, a tray, menus, notices and links out. */
import { join } from "node:path";
import { linkPath } from "../../shared/links/deep-link.ts";
import { isPaused } from "../../shared/notices/decide-notices.ts";
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
import { contextMenu } from "./menu/context-menu.ts";
import { countOnIcon } from "./notices/count-on-icon.ts";
import { runNotices } from "./notices/run-notices.ts";
import { decideClose } from "./quit/decide-quit.ts";
import { type AppEnd, createQuit } from "./quit/run-quit.ts";
import { refuseEntry } from "./refuse-entry.ts";
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
/** An installer takes over within this time, or it does not. */
const INSTALL_MS = 10_000;
/** At login the desktop's tray may come later than the apps that it starts. */
const HOST_LOOKS = 15;
const HOST_LOOK_MS = 1_000;

export interface ShellOptions {
  electron: ElectronApi;
  platform: NodeJS.Platform;
  /** What starts this app again: program and its fixed arguments. */
  self: { program: string; args: readonly string[] };
  updater: Updater | undefined;
  /** Who shows tray icons on this desktop; undefined where nobody does. */
  trayHost: () => Promise<string | undefined>;
  /** The window can be seen. */
  onWindow: () => void;
  /** Folder that holds `out/` and `resources/`. */
  root: string;
  home: HomeFolder;
  gateway: Gateway;
  /** False when pages run without Chromium's sandbox. */
  sandboxed: boolean;
  log: Log;
}

export interface Shell {
  /** `now`: somebody asks for the window a second time, so it comes whether or not it has painted. */
  show(now?: boolean): void;
  /** Begins in the tray; where no tray comes within 15 s, with a minimized window, which can be found. */
  startHidden(): Promise<void>;
  /** Brings the window forward at a path of the UI. */
  follow(path: string): void;
  startDemo(): Promise<void>;
  /** The app is on its way out: what is asked of it now, the next start must do. */
  readonly leaving: boolean;
  /** Starts the app again when it has ended, with these arguments. */
  comeBack(start: { execPath: string | undefined; args: string[] }): void;
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
  let next: { execPath: string | undefined; args: string[] } | undefined;
  const act = (action: ShellAction) =>
    runAction(
      {
        electron,
        show: window.show,
        page,
        settings,
        quit,
        installUpdate,
        refuse(entry) {
          void refuseEntry(gateway, entry).then((reason) => {
            if (reason !== undefined) onProblem("an entry of the inbox was not refused", { entry, reason });
          });
        },
      },
      action,
    );

  electron.app.on("web-contents-created", (_event, contents) =>
    guardContents(contents, {
      isPreview: gateway.previews.has,
      onOutside: (address) => void openExternal(electron, address, gateway.previews.enter),
      onDenied: (what, address) => onProblem(`${what} denied`, { address }),
    }),
  );
  const pages = serveUi({ folder: ui, gateway });
  electron.protocol.handle(UI_SCHEME, pages.answer);

  let noticesRefused = false;
  const page = createPendingNotices((notice) => window.send(notice));
  const settings = createSettings({
    startAtLogin: (enabled) => startAtLogin({ app: electron.app, platform, self: options.self }, enabled),
    onApproval: () =>
      void electron.dialog.showMessageBox({
        type: "info",
        message: "macOS wants your approval first.",
        detail: "Allow Signalbox in System Settings → General → Login Items. It then starts when you log in.",
        buttons: ["OK"],
        noLink: true,
      }),
    folder: home.path,
    onChange: () => tray.changed(),
    onProblem,
  });
  const quit = createQuit({
    electron,
    running,
    tray: () => tray.check(),
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
    // The app on its way out must not be held up by its window.
    onClose: () => (quit.begun ? "close" : closeWish()),
    onQuit: () => void quit.request(false),
    onSessionEnd: () => void quit.request(true),
    onBroken,
    onContextMenu(place) {
      const open = (address: string) => void openExternal(electron, address, gateway.previews.enter);
      const menu = contextMenu(place, open, electron.copyText);
      if (menu.length > 0) electron.popupMenu(menu);
    },
    onShown(by) {
      log.info({ by }, "window shown");
      options.onWindow();
    },
    onLoading() {
      page.notReady();
      pages.abandon();
    },
    onProblem,
  });
  const updates = runUpdates({ updater: options.updater, onChange: () => tray.changed(), onProblem });
  const tray = runTray({
    electron,
    icons: join(resources, "tray"),
    platform,
    desktop: process.env.XDG_CURRENT_DESKTOP,
    host: options.trayHost,
    hidden: () => !quit.begun && window.current()?.isVisible() !== true,
    onLost() {
      log.warn("nothing shows tray icons here any more: the window is minimized instead");
      window.showMinimized();
    },
    onPresence: (found) => log.info(found, "tray"),
    state: () => trayState(gateway.app(), isPaused(settings.get().notifications, new Date())),
    extraRows: () => [
      ...updateRows(updates.state(), running()),
      ...(noticesRefused ? [{ label: "The system refuses Signalbox's notifications" }] : []),
    ],
    run: act,
    onMissing: (error) => onProblem("the tray's icon could not be made", { error }),
  });
  const notices = runNotices({
    electron,
    sessions: gateway.app().sessions,
    inbox: () => gateway.app().inbox?.heads ?? [],
    focused: window.isFocused,
    settings: () => settings.get().notifications,
    run: act,
    onFailed(reason) {
      if (noticesRefused) return;
      noticesRefused = true;
      onProblem("the system did not show a notification", { reason });
      tray.changed();
    },
  });
  answerPage({
    electron,
    window: window.current,
    gateway,
    settings,
    state: home.path,
    sandboxed: options.sandboxed,
    onTheme: (theme) => window.setTheme(theme),
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
  electron.app.on("activate", () => {
    if (!quit.begun) window.show(true);
  });
  // Whether the app ends with its window is decided when the window closes, not here.
  electron.app.on("window-all-closed", () => {});
  electron.app.on("before-quit", (event) => {
    if (quit.begun) return;
    event.preventDefault();
    void quit.request(false);
  });
  electron.powerMonitor.on("shutdown", (event) => {
    // Linux then waits for our end. macOS would take it for a wish to stay, and not shut down.
    if (platform === "linux") event?.preventDefault();
    void quit.request(true);
  });
  // The gateway's own heartbeat would notice too, but only after the person has looked at a stale window.
  electron.powerMonitor.on("resume", () => void askDaemon(gateway, "retry"));

  function installUpdate(): void {
    if (mayInstall(updates.state(), running())) void quit.leave("update");
  }

  async function end(how: AppEnd): Promise<void> {
    // An installer that starts while the system goes down is cut off, and the daemon would have been stopped for it.
    const install = how !== "forced" && mayInstall(updates.state(), running());
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
    if (!install) {
      if (next !== undefined) {
        const { execPath, args } = next;
        electron.app.relaunch({ args, ...(execPath !== undefined && { execPath }) });
      }
      return electron.app.exit(0);
    }
    // Everything is given back by now: an app that stayed would hold the next start up as one that runs.
    afterRunning(INSTALL_MS, () => electron.app.exit(0));
    updates.install(how === "update", () => electron.app.exit(0));
  }

  /** Asked again at each close: the desktop's tray may have come or gone since. */
  async function closeWish(): Promise<"hide" | "quit"> {
    const shown = await tray.check();
    return decideClose({ running: running(), tray: shown, closeToTray: settings.get().close_to_tray, platform });
  }

  async function onBroken(reason: string): Promise<boolean> {
    const { response } = await electron.dialog.showMessageBox({
      type: "error",
      message: "The window cannot show its page.",
      detail: `${reason}. Your agents run in another process and were not touched. More is in ${join(home.logs, "desktop.log")}.`,
      buttons: ["Try Again", "Close"],
      defaultId: 0,
      cancelId: 1,
      noLink: true,
    });
    return response === 0;
  }

  async function startHidden(): Promise<void> {
    for (let looks = 0; looks < HOST_LOOKS; looks += 1) {
      if (await tray.check()) return;
      await new Promise((resolve) => setTimeout(resolve, HOST_LOOK_MS));
      if (quit.begun || window.current() !== undefined) return;
    }
    log.warn("started hidden, but nothing shows tray icons here: the window is minimized instead");
    window.showMinimized();
  }

  function follow(path: string): void {
    if (quit.begun) return;
    log.info({ path }, "followed");
    window.show();
    page.push({ channel: HOST_NOTICES.navigate, value: path });
  }

  return {
    show: window.show,
    get leaving() {
      return quit.begun;
    },
    comeBack(start) {
      next = start;
    },
    startHidden,
    follow,
    requestQuit: (forced) => quit.request(forced),
    async startDemo() {
      const created = await gateway.createSession({ agent: "demo" });
      if (created.ok) follow(linkPath({ session: created.value.id }));
      else electron.dialog.showErrorBox(created.fault.message, created.fault.hint ?? "");
    },
  };
}
