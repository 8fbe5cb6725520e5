/** Looks for newer versions while the app runs. Off unless the package was built with a place to look. */
import type { AppUpdater } from "electron-updater";
import type { UpdateState } from "./decide-update.ts";

/** What of electron-updater is used, held to its own types by the compiler. */
export interface Updater
  extends Pick<AppUpdater, "checkForUpdates" | "quitAndInstall" | "autoDownload" | "autoInstallOnAppQuit"> {
  on: ((event: "update-available", listener: (info: { version: string }) => void) => unknown) &
    ((event: "update-downloaded", listener: (info: { version: string }) => void) => unknown) &
    ((event: "update-not-available", listener: () => void) => unknown) &
    ((event: "error", listener: (error: Error) => void) => unknown);
}

/** First after the start has settled, then a few times a day. */
const FIRST_MS = 60_000;
const EVERY_MS = 6 * 60 * 60 * 1000;

export interface Updates {
  state(): UpdateState;
  /**
   * Replaces the app by the version that was fetched. `restart` opens it again. Call it only as the last thing: on success
   * the app ends, else `onFailed` is called. An installer may also do neither, so the caller sets a limit.
   */
  install(restart: boolean, onFailed: () => void): void;
  dispose(): void;
}

export interface UpdatesOptions {
  updater: Updater | undefined;
  onChange: () => void;
  onProblem: (what: string, details: object) => void;
}

/** Fetches by itself, installs never by itself. */
export function runUpdates({ updater, onChange, onProblem }: UpdatesOptions): Updates {
  if (updater === undefined) return { state: () => ({ is: "off" }), install: () => {}, dispose: () => {} };
  let state: UpdateState = { is: "current" };
  function become(next: UpdateState): void {
    state = next;
    onChange();
  }
  updater.autoDownload = true;
  updater.autoInstallOnAppQuit = false;
  updater.on("update-available", ({ version }) => become({ is: "downloading", version }));
  updater.on("update-downloaded", ({ version }) => become({ is: "ready", version }));
  updater.on("error", (error) => {
    onProblem("looking for a newer version failed", { error });
    if (state.is === "downloading") become({ is: "current" });
  });
  const look = () => {
    if (state.is === "current") updater.checkForUpdates().catch(() => {});
  };
  const first = setTimeout(look, FIRST_MS);
  const later = setInterval(look, EVERY_MS);
  return {
    state: () => state,
    install(restart, onFailed) {
      updater.on("error", onFailed);
      try {
        updater.quitAndInstall(true, restart);
      } catch (error) {
        onProblem("the newer version could not be installed", { error });
        onFailed();
      }
    },
    dispose() {
      clearTimeout(first);
      clearInterval(later);
    },
  };
}
